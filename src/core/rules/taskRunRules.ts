import { characters } from '../checks/checkText.ts';
import { isKeptResult } from '../runs/result.ts';
import { FINAL_STATE_TYPES, isFinal, proposeState } from '../runs/state.ts';
import { addSeconds } from '../values/instant.ts';
import { CACHE_KEY_TOO_LONG, LIMITS } from '../values/limits.ts';
import { retryDelaySeconds } from './retryDelay.ts';
import { ALL_TYPES, abort, pass, reject, type TaskRunRule, withDetails } from './rule.ts';

// Rules for task runs. Source: Prefect 3, server/orchestration/core_policy.py.

/** Uses a cached result instead of running the task again. */
export const cacheRetrieval: TaskRunRule = {
  name: 'CacheRetrieval',
  from: ALL_TYPES,
  orNoState: true,
  to: ['RUNNING'],
  apply({ proposed, cached, newId, now }) {
    const { cacheKey, refreshCache } = proposed.details;
    if (!cacheKey || refreshCache || cached === null) return pass(proposed);
    const { message, data, details } = cached;
    const copy = { type: 'COMPLETED', name: 'Cached', message, data, details } as const;
    return reject('Retrieved state from cache', proposeState(copy, newId(), now));
  },
};

/** Restricts the transitions from final states. A task run that continues starts with a run count of 0. */
export const handleTaskTerminalStateTransitions: TaskRunRule = {
  name: 'HandleTaskTerminalStateTransitions',
  from: FINAL_STATE_TYPES,
  to: ALL_TYPES,
  apply({ initial, proposed, run, flowRun }) {
    if (proposed.type === 'CANCELLING' || proposed.type === 'PAUSED' || proposed.type === 'CRASHED')
      return abort(`Run is already ${initial.type}.`);
    if (initial.type === 'COMPLETED' && isKeptResult(initial.data)) return reject('This run is already completed.');
    if (isFinal(proposed.type)) return pass(proposed);
    const flowRunIsRetried = flowRun !== null && run.flowRunRunCount < flowRun.runCount;
    const name = proposed.type === 'RUNNING' && flowRunIsRetried ? 'Retrying' : proposed.name;
    return pass({ ...proposed, name }, { before: { runCount: 0 } });
  },
};

/** A task run can run only while its flow run is RUNNING. */
export const preventRunningTasksFromStoppedFlows: TaskRunRule = {
  name: 'PreventRunningTasksFromStoppedFlows',
  from: ALL_TYPES,
  orNoState: true,
  to: ['RUNNING'],
  apply({ proposed, flowRun, newId, now }) {
    if (flowRun === null || flowRun.stateType === 'RUNNING') return pass(proposed);
    if (flowRun.stateType !== 'PAUSED') return abort('The enclosing flow must be running to begin task execution.');
    const { pauseTimeout, pauseReschedule } = flowRun.details;
    return reject(
      `The flow is paused, new tasks can execute after resuming flow run: ${flowRun.id}.`,
      proposeState({ type: 'PAUSED', name: 'NotReady', details: { pauseTimeout, pauseReschedule } }, newId(), now),
    );
  },
};

/** Keeps the id under which a background task finds its parameters. */
export const copyTaskParametersId: TaskRunRule = {
  name: 'CopyTaskParametersID',
  from: ['SCHEDULED', 'PENDING'],
  to: ['PENDING', 'RUNNING'],
  apply({ initial, proposed }) {
    const taskParametersId = proposed.details.taskParametersId ?? initial.details.taskParametersId;
    return pass(withDetails(proposed, { taskParametersId }));
  },
};

/** `retries` is the number of additional runs. A client can mark a failure as permanent with `retriable: false`. */
export const retryFailedTasks: TaskRunRule = {
  name: 'RetryFailedTasks',
  from: ['RUNNING'],
  to: ['FAILED'],
  apply({ proposed, run, random, newId, now }) {
    const { policy, runCount } = run;
    if (proposed.details.retriable === false || policy.retries === null || runCount > policy.retries)
      return pass(proposed);
    const { message, data } = proposed;
    const scheduledTime = addSeconds(now, retryDelaySeconds(policy, runCount, random));
    const retry = { type: 'SCHEDULED', name: 'AwaitingRetry', message, data, details: { scheduledTime } } as const;
    return reject('Retrying', proposeState(retry, newId(), now));
  },
};

export const renameReruns: TaskRunRule = {
  name: 'RenameReruns',
  from: ALL_TYPES,
  to: ['RUNNING'],
  apply({ initial, proposed, run }) {
    if (run.runCount === 0) return pass(proposed);
    return pass({ ...proposed, name: initial.name === 'AwaitingRetry' ? 'Retrying' : 'Rerunning' });
  },
};

/** Stores the run count of the flow run in which the task last ran. */
export const updateFlowRunTrackerOnTasks: TaskRunRule = {
  name: 'UpdateFlowRunTrackerOnTasks',
  from: ALL_TYPES,
  orNoState: true,
  to: ['RUNNING'],
  apply: ({ proposed, flowRun }) =>
    flowRun === null ? pass(proposed) : pass(proposed, { after: { flowRunRunCount: flowRun.runCount } }),
};

export const cacheInsertion: TaskRunRule = {
  name: 'CacheInsertion',
  from: ALL_TYPES,
  orNoState: true,
  to: ['COMPLETED'],
  apply({ proposed }) {
    const { cacheKey, cacheExpiration } = proposed.details;
    if (!cacheKey) return pass(proposed);
    if (characters(cacheKey) > LIMITS.cacheKeyCharacters) return reject(CACHE_KEY_TOO_LONG);
    return pass(proposed, { effects: [{ kind: 'cacheState', cacheKey, cacheExpiration, stateId: proposed.id }] });
  },
};
