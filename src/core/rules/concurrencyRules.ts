import type { DeploymentLimit, TagLimit } from '../concurrency/concurrency.ts';
import type { Decision, Effect, FlowRunMove, TaskRunMove } from '../runs/move.ts';
import { type ProposedState, proposeState, type StateType } from '../runs/state.ts';
import { addSeconds, type Instant } from '../values/instant.ts';
import { clampedInterval } from './retryDelay.ts';
import {
  ALL_TYPES,
  abort,
  allTypesBut,
  type FlowRunRule,
  pass,
  reject,
  type TaskRunRule,
  wait,
  withDetails,
} from './rule.ts';

// Who may take a slot of a limit, and when it is given back. Source: Prefect 3, server/orchestration/core_policy.py.

/** Prefect 3: PREFECT_SERVER_DEPLOYMENTS_CONCURRENCY_SLOT_WAIT_SECONDS. */
const DEPLOYMENT_WAIT_SECONDS = 30;
/** Prefect 3: PREFECT_SERVER_TASKS_TAG_CONCURRENCY_SLOT_WAIT_SECONDS, and how far a pause may be from it. */
const TAG_WAIT = { meanSeconds: 10, factor: 0.3 } as const;

const REACHED = 'Deployment concurrency limit reached.';

const isFull = ({ taken, limit }: { taken: number; limit: number }): boolean => taken >= limit;

const expiry = ({ leaseSeconds }: DeploymentLimit, now: Instant): Instant => addSeconds(now, leaseSeconds);

/** The run takes a slot under a new lease, whose id its state names; with `lease` it keeps the one it has, for longer. */
function holding(proposed: ProposedState, limit: DeploymentLimit, now: Instant, lease: string) {
  const taking = { kind: 'takeSlot', slotId: lease, limitId: limit.limitId, expires: expiry(limit, now) } as const;
  return pass(withDetails(proposed, { deploymentConcurrencyLeaseId: lease }), { effects: [taking] });
}

/** Before infrastructure is made for a run, it takes one of the slots of its deployment. */
export const secureFlowConcurrencySlots: FlowRunRule = {
  name: 'SecureFlowConcurrencySlots',
  from: allTypesBut('PENDING', 'RUNNING', 'CANCELLING'),
  to: ['PENDING'],
  apply({ proposed, deploymentLimit: limit, deploymentIsGone, newId, now }) {
    if (deploymentIsGone) return abort('Deployment not found.');
    if (!limit) return pass(proposed);
    // A run that is retried by its own process has kept its slot.
    if (limit.ownSlotId !== null) return holding(proposed, limit, now, limit.ownSlotId);
    if (limit.limit === 0)
      return abort('The deployment concurrency limit is 0. The flow will deadlock if submitted again.');
    if (!isFull(limit)) return holding(proposed, limit, now, newId());
    const instead =
      limit.collisionStrategy === 'CANCEL_NEW'
        ? ({ type: 'CANCELLED', message: REACHED } as const)
        : ({
            type: 'SCHEDULED',
            name: 'AwaitingConcurrencySlot',
            details: { scheduledTime: addSeconds(now, DEPLOYMENT_WAIT_SECONDS) },
          } as const);
    return reject(REACHED, proposeState(instead, newId(), now));
  },
};

/**
 * A run whose infrastructure took longer than its lease may have lost its slot to another run. It begins only if it still
 * has the slot, or gets one again.
 */
export const validateDeploymentConcurrencyAtRunning: FlowRunRule = {
  name: 'ValidateDeploymentConcurrencyAtRunning',
  from: ['PENDING'],
  to: ['RUNNING'],
  apply({ initial, proposed, deploymentLimit: limit, newId, now }) {
    const lease = initial.details.deploymentConcurrencyLeaseId;
    if (!limit || lease === null) return pass(proposed);
    if (limit.ownSlotId !== null) return holding(proposed, limit, now, limit.ownSlotId);
    if (!isFull(limit)) return holding(proposed, limit, now, newId());
    const message = 'Deployment concurrency slot lost during provisioning - no slots available to continue execution';
    const cancelled = proposeState({ type: 'CANCELLED', message }, newId(), now);
    return reject('Deployment concurrency limit reached after lease expiry.', cancelled);
  },
};

/** Runs that nobody takes because the limit is full never ask for a slot; where new runs are to be cancelled, they are. */
export const enforceDeploymentConcurrencyOnLate: FlowRunRule = {
  name: 'EnforceDeploymentConcurrencyOnLate',
  from: ['SCHEDULED'],
  to: ['SCHEDULED'],
  apply({ proposed, deploymentLimit: limit, newId, now }) {
    if (proposed.name !== 'Late' || limit?.collisionStrategy !== 'CANCEL_NEW' || !isFull(limit)) return pass(proposed);
    const reason = 'Deployment concurrency limit is full and uses the CANCEL_NEW strategy.';
    return reject(reason, proposeState({ type: 'CANCELLED', message: REACHED }, newId(), now));
  },
};

/** A task run takes a slot of the limit of each of its tags, of all or of none. Those that it has, it keeps. */
export const secureTaskConcurrencySlots: TaskRunRule = {
  name: 'SecureTaskConcurrencySlots',
  from: ALL_TYPES,
  to: ['RUNNING'],
  apply({ proposed, tagLimits = [], newId, random }) {
    const wanted = tagLimits.filter(({ own }) => !own);
    const forbidding = wanted.find(({ limit }) => limit === 0);
    if (forbidding)
      return abort(
        `The concurrency limit on tag "${forbidding.tag}" is 0 and will deadlock if the task tries to run again.`,
      );
    const full = wanted.filter(isFull);
    if (full.length > 0) return wait(tagWaitSeconds(random), `Concurrency limit reached for tags: ${tagsOf(full)}`);
    return pass(proposed, {
      effects: wanted.map(({ limitId }) => ({ kind: 'takeSlot', slotId: newId(), limitId, expires: null })),
    });
  },
};

const tagsOf = (limits: readonly TagLimit[]): string => limits.map(({ tag }) => tag).join(', ');

/** Drawn, so that task runs that wait for one slot do not all ask for it at once. */
const tagWaitSeconds = (random: number): number =>
  Math.round(clampedInterval(TAG_WAIT.meanSeconds, TAG_WAIT.factor, random));

const KEEPING: { readonly [Kind in 'flow_run' | 'task_run']: readonly StateType[] } = {
  flow_run: ['PENDING', 'RUNNING', 'CANCELLING'],
  task_run: ['RUNNING', 'CANCELLING'],
};

/** Whether a run keeps its slots in a state of this type. */
export const keepsSlots = (kind: 'flow_run' | 'task_run', type: StateType): boolean => KEEPING[kind].includes(type);

/**
 * A run that stops working gives its slots back, whatever policy moved it there. This looks at the state that is written,
 * and not at the one that was asked for, which is why it is no rule of a list: rules end where the proposed state is
 * replaced. One replacement keeps its slot: the retry of a failed run by its own process, which is still there and goes on
 * renewing its lease.
 * Source: Prefect 3.8.8, ReleaseFlowConcurrencySlots and ReleaseTaskConcurrencySlots.
 */
export function releaseOfSlots(
  { kind, holdsSlots }: Pick<FlowRunMove, 'holdsSlots'> & { kind: (FlowRunMove | TaskRunMove)['kind'] },
  { rule }: Pick<Decision, 'rule'>,
  written: Pick<ProposedState, 'type'>,
): Effect[] {
  if (!holdsSlots || keepsSlots(kind, written.type)) return [];
  const retriedByItsProcess = kind === 'flow_run' && rule === 'RetryFailedFlows';
  return retriedByItsProcess ? [] : [{ kind: 'releaseSlots' }];
}
