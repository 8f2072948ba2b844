import { isKeptResult } from '../runs/result.ts';
import { FINAL_STATE_TYPES, isFinal, type PlainState, proposeState } from '../runs/state.ts';
import { addSeconds } from '../values/instant.ts';
import { ALL_TYPES, abort, allTypesBut, type FlowRunRule, pass, reject, withDetails } from './rule.ts';

// Rules for flow runs, except for pauses (pauseRules.ts). Source: Prefect 3, server/orchestration/core_policy.py.

const DATA_LOSS = 'Cannot overwrite a COMPLETED state that carries persisted result data with one that does not.';

const losesResult = (initial: PlainState, proposed: PlainState): boolean =>
  initial.type === 'COMPLETED' &&
  proposed.type === 'COMPLETED' &&
  isKeptResult(initial.data) &&
  !isKeptResult(proposed.data);

/** The lease id of a deployment's slot is copied to each state, even if the client does not repeat it. */
export const preserveDeploymentConcurrencyLeaseId: FlowRunRule = {
  name: 'PreserveDeploymentConcurrencyLeaseId',
  from: ALL_TYPES,
  to: ALL_TYPES,
  apply({ initial, proposed }) {
    const lease = proposed.details.deploymentConcurrencyLeaseId ?? initial.details.deploymentConcurrencyLeaseId;
    return pass(withDetails(proposed, { deploymentConcurrencyLeaseId: lease }));
  },
};

/** A client that lost the response can send the request again: its transition is not repeated. */
export const preventDuplicateTransitions: FlowRunRule = {
  name: 'PreventDuplicateTransitions',
  from: ALL_TYPES,
  to: ALL_TYPES,
  apply({ initial, proposed }) {
    const { transitionId } = proposed.details;
    return transitionId !== null && transitionId === initial.details.transitionId
      ? reject('This run has already made this state transition.')
      : pass(proposed);
  },
};

/** Restricts the transitions from final states. A run that continues starts with an empty record of pauses. */
export const handleFlowTerminalStateTransitions: FlowRunRule = {
  name: 'HandleFlowTerminalStateTransitions',
  from: FINAL_STATE_TYPES,
  to: ALL_TYPES,
  apply({ initial, proposed, run, prefect1 }) {
    if (proposed.type === 'CANCELLING' || proposed.type === 'PAUSED' || proposed.type === 'CRASHED')
      return abort(`Run is already in terminal state ${initial.type}.`);
    if (losesResult(initial, proposed)) return reject(DATA_LOSS);
    if (isFinal(proposed.type)) return pass(proposed);
    if (initial.type === 'COMPLETED' && isKeptResult(initial.data)) return reject('Run is already COMPLETED.');
    // Prefect 1 agents pick up scheduled runs that have no deployment.
    if (proposed.type === 'SCHEDULED' && run.deploymentId === null && !prefect1)
      return abort('Cannot reschedule a run without an associated deployment.');
    const retryType = proposed.type === 'SCHEDULED' ? 'reschedule' : null;
    return pass(proposed, { before: { policy: { ...run.policy, resuming: false, pauseKeys: [], retryType } } });
  },
};

export const enforceCancellingToCancelledTransition: FlowRunRule = {
  name: 'EnforceCancellingToCancelledTransition',
  from: ['CANCELLING'],
  to: allTypesBut('CANCELLED'),
  apply: () => reject('Cannot transition flows that are cancelling to a state other than Cancelled.'),
};

/** CANCELLING waits for the infrastructure to stop. If there is none, the run becomes CANCELLED immediately. */
export const bypassCancellingFlowRunsWithNoInfra: FlowRunRule = {
  name: 'BypassCancellingFlowRunsWithNoInfra',
  from: ['SCHEDULED', 'PAUSED'],
  to: ['CANCELLING'],
  apply({ initial, proposed, run, newId, now }) {
    const cancelled = (kind: string) =>
      reject(`${kind} flow run has no infrastructure to terminate.`, proposeState({ type: 'CANCELLED' }, newId(), now));
    // A resuming run still has the process id of the infrastructure that exited when it was suspended.
    if (initial.type === 'SCHEDULED' && (!run.infrastructurePid || initial.name === 'Resuming'))
      return cancelled('Scheduled');
    if (initial.type === 'PAUSED' && initial.details.pauseReschedule) return cancelled('Suspended');
    return pass(proposed);
  },
};

/** Only a scheduled run can be marked late, and only once. */
export const ensureOnlyScheduledFlowsMarkedLate: FlowRunRule = {
  name: 'EnsureOnlyScheduledFlowsMarkedLate',
  from: ALL_TYPES,
  to: ['SCHEDULED'],
  apply({ initial, proposed }) {
    if (proposed.name !== 'Late') return pass(proposed);
    if (initial.type !== 'SCHEDULED') return reject('Only scheduled flows can be marked late.');
    if (initial.name === 'Late') return reject('This flow run is already marked late.');
    return pass(proposed);
  },
};

/** `retries` is the number of additional runs. A FAILED run is retried, a CRASHED one is not. */
export const retryFailedFlows: FlowRunRule = {
  name: 'RetryFailedFlows',
  from: ['RUNNING'],
  to: ['FAILED'],
  apply({ initial, proposed, run, newId, now }) {
    const { policy, runCount } = run;
    if (policy.retries === null || runCount > policy.retries)
      return pass(proposed, { before: { policy: { ...policy, retryType: null } } });
    const retry = proposeState(
      {
        type: 'SCHEDULED',
        name: 'AwaitingRetry',
        message: proposed.message,
        data: proposed.data,
        details: {
          scheduledTime: addSeconds(now, policy.retryDelaySeconds ?? 0),
          deploymentConcurrencyLeaseId: initial.details.deploymentConcurrencyLeaseId,
        },
      },
      newId(),
      now,
    );
    return reject('Retrying', retry, {
      before: { policy: { ...policy, resuming: false, pauseKeys: [], retryType: 'in_process' } },
    });
  },
};

/** The only check of a forced transition between final states. */
export const preventResultDataLoss: FlowRunRule = {
  name: 'PreventResultDataLoss',
  from: FINAL_STATE_TYPES,
  to: FINAL_STATE_TYPES,
  apply: ({ initial, proposed }) => (losesResult(initial, proposed) ? reject(DATA_LOSS) : pass(proposed)),
};
