import { isFinal, type ProposedState, proposeState } from '../runs/state.ts';
import { ALL_TYPES, abort, type FlowRunRule, pass, reject } from './rule.ts';

// Rules for pausing and resuming flow runs. Source: Prefect 3, server/orchestration/core_policy.py.

const verbFor = (state: ProposedState): string => (state.name === 'Suspended' ? 'suspend' : 'pause');

/** A RUNNING flow run can pause, once for each key. Suspending requires a deployment, which can start the run again. */
export const handlePausingFlows: FlowRunRule = {
  name: 'HandlePausingFlows',
  from: ALL_TYPES,
  orNoState: true,
  to: ['PAUSED'],
  apply({ initial, proposed, run, newId }) {
    const { policy } = run;
    const verb = verbFor(proposed);
    if (initial === null) return abort(`Cannot ${verb} flows with no state.`);
    if (initial.type !== 'RUNNING') return reject(`Cannot ${verb} flows that are not currently running.`);
    const key = proposed.details.pauseKey ?? newId();
    if (policy.pauseKeys.includes(key)) return reject(`This ${verb} has already fired.`);
    if (proposed.details.pauseReschedule) {
      if (run.parentTaskRunId !== null) return abort(`Cannot ${verb} subflows.`);
      if (run.deploymentId === null) return abort(`Cannot ${verb} flows without a deployment.`);
    }
    return pass(proposed, { after: { policy: { ...policy, pauseKeys: [...policy.pauseKeys, key] } } });
  },
};

/** Restricts how a run leaves a pause. A run whose pause has timed out fails. */
export const handleResumingPausedFlows: FlowRunRule = {
  name: 'HandleResumingPausedFlows',
  from: ['PAUSED'],
  to: ALL_TYPES,
  apply({ initial, proposed, run, newId, now }) {
    const ends = isFinal(proposed.type);
    if (proposed.type === 'PENDING' || proposed.type === 'PAUSED')
      return reject(`This run cannot transition to the ${proposed.type} state from the PAUSED state.`);
    const manner = (proposed.name || proposed.type).toLowerCase();
    const { pauseReschedule, pauseTimeout } = initial.details;
    if (pauseReschedule && run.deploymentId === null && !ends)
      return reject(`Cannot reschedule a ${manner} flow run without a deployment.`);
    // The process of a blocking pause is still running: cancelling must reach it even after the timeout.
    if (proposed.type !== 'CANCELLING' && pauseTimeout !== null && pauseTimeout < now)
      return reject(
        `The flow run ${verbFor(proposed)} has timed out and can no longer resume.`,
        proposeState({ type: 'FAILED', message: `The flow was ${manner} and never resumed.` }, newId(), now),
      );
    return ends ? pass(proposed) : pass(proposed, { after: { policy: { ...run.policy, resuming: true } } });
  },
};
