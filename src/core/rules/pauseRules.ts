import { isFinal, type ProposedState, proposeState } from '../runs/state.ts';
import { ALL_TYPES, abort, type FlowRunRule, pass, reject } from './rule.ts';

// The rules of pausing a flow run and of leaving a pause. Source: Prefect 3, server/orchestration/core_policy.py.

const verbFor = (state: ProposedState): string => (state.name === 'Suspended' ? 'suspend' : 'pause');

/** A running flow run may pause, once for every key; only one that a deployment can start again may be suspended. */
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

/** A pause is left by running, being scheduled, being cancelled or ending; one that timed out fails the run. */
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
    // A blocking pause keeps its process alive: cancelling must reach it, also after the time-out.
    if (proposed.type !== 'CANCELLING' && pauseTimeout !== null && pauseTimeout < now)
      return reject(
        `The flow run ${verbFor(proposed)} has timed out and can no longer resume.`,
        proposeState({ type: 'FAILED', message: `The flow was ${manner} and never resumed.` }, newId(), now),
      );
    return ends ? pass(proposed) : pass(proposed, { after: { policy: { ...run.policy, resuming: true } } });
  },
};
