import { type DeploymentLimit, isFull, type TagLimit } from '../concurrency/concurrency.ts';
import type { Decision, Effect, FlowRunMove, TaskRunMove } from '../runs/move.ts';
import { type ProposedState, proposeState, type StateType } from '../runs/state.ts';
import { addSeconds, type Instant } from '../values/instant.ts';
import { obstacles, stopsPending } from '../workPools/mayRun.ts';
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

// Rules that take and release the slots of concurrency limits. Source: Prefect 3, server/orchestration/core_policy.py.

/** Prefect 3: PREFECT_SERVER_DEPLOYMENTS_CONCURRENCY_SLOT_WAIT_SECONDS. */
const DEPLOYMENT_WAIT_SECONDS = 30;
/** Prefect 3: PREFECT_SERVER_TASKS_TAG_CONCURRENCY_SLOT_WAIT_SECONDS, and the range around it. */
const TAG_WAIT = { meanSeconds: 10, factor: 0.3 } as const;

const REACHED = 'Deployment concurrency limit reached.';

const expiry = ({ leaseSeconds }: DeploymentLimit, now: Instant): Instant => addSeconds(now, leaseSeconds);

/** Accepts the move and takes the slot with this lease, or extends it if the run already has it. */
function holding(proposed: ProposedState, limit: DeploymentLimit, now: Instant, lease: string) {
  const taking = { kind: 'takeSlot', slotId: lease, limitId: limit.limitId, expires: expiry(limit, now) } as const;
  return pass(withDetails(proposed, { deploymentConcurrencyLeaseId: lease }), { effects: [taking] });
}

/**
 * A run does not become PENDING while its work queue or work pool is full. It stays as it is, so that it keeps its place among
 * the runs that wait; no poll offers it until it may run (workPools/mayRun.ts). Prefect 3 only counts when it offers runs, so
 * that two workers get more runs than the limit.
 */
export const secureWorkPoolSlots: FlowRunRule = {
  name: 'SecureWorkPoolSlots',
  from: allTypesBut('PENDING', 'RUNNING', 'CANCELLING'),
  to: ['PENDING'],
  apply({ proposed, deploymentIsGone = false, placeLimits = [] }) {
    const facts = { retryType: null, deploymentIsGone, place: null, limits: placeLimits };
    const obstacle = obstacles(facts).find(stopsPending);
    // If the deployment was deleted, the next rule aborts.
    if (obstacle?.kind !== 'NoFreeSlot') return pass(proposed);
    const { place, name, limit, taken } = obstacle.limit;
    return reject(`The concurrency limit of the ${place} "${name}" is reached: ${taken} of ${limit}.`);
  },
};

/** A run takes a slot of its deployment before its infrastructure is created. */
export const secureFlowConcurrencySlots: FlowRunRule = {
  name: 'SecureFlowConcurrencySlots',
  from: allTypesBut('PENDING', 'RUNNING', 'CANCELLING'),
  to: ['PENDING'],
  apply({ proposed, deploymentLimit: limit, deploymentIsGone, newId, now }) {
    if (deploymentIsGone) return abort('Deployment not found.');
    if (!limit) return pass(proposed);
    // A run that its own process retries has kept its slot.
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
 * If the infrastructure took longer to start than the lease lasts, another run may have the slot. The run starts only
 * if it still has its slot or gets a new one.
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

/**
 * A late run that no worker has picked up never requests a slot. With CANCEL_NEW it is cancelled if the limit is
 * reached.
 */
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

/** A task run takes a slot for each of its tags with a limit: all of them or none. It keeps the slots that it has. */
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

/** Random, so that the task runs that wait for a slot do not all retry at the same time. */
const tagWaitSeconds = (random: number): number =>
  Math.round(clampedInterval(TAG_WAIT.meanSeconds, TAG_WAIT.factor, random));

const KEEPING: { readonly [Kind in 'flow_run' | 'task_run']: readonly StateType[] } = {
  flow_run: ['PENDING', 'RUNNING', 'CANCELLING'],
  task_run: ['RUNNING', 'CANCELLING'],
};

/** Whether a run in a state of this type keeps its slots. */
export const keepsSlots = (kind: 'flow_run' | 'task_run', type: StateType): boolean => KEEPING[kind].includes(type);

/**
 * Releases the slots of a run that stops working, under every policy. This depends on the state that is written, not on
 * the proposed one. Hence it is not a rule of a list: a list ends when a rule replaces the proposed state. One
 * replacement keeps the slot: the retry of a failed run by its own process, which is still running and renews the
 * lease.
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
