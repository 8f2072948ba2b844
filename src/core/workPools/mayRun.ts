import { type CountedLimit, isFull } from '../concurrency/concurrency.ts';
import type { FlowRunPolicy } from '../runs/run.ts';

// The definition of "may run", for a scheduled flow run of a work pool. It has three uses:
//
// - a poll offers the runs without an obstacle (offer.ts);
// - the rules refuse PENDING to a run with one of the obstacles of `stopsPending` (concurrencyRules.ts);
// - `whyNotRunning` explains each obstacle (insights/whyNotRunning.ts).
//
// So the rules accept each run that a poll offers, and a run that no poll offers has a reason. When a run is due is not part
// of it: a worker chooses how far ahead it polls.

/** What decides whether a scheduled run may run. */
export interface MayRunFacts<Limit extends CountedLimit = CountedLimit> {
  retryType: FlowRunPolicy['retryType'];
  deploymentIsGone: boolean;
  /** Null if the run is in no work queue. */
  place: { isPoolPaused: boolean; isQueuePaused: boolean } | null;
  /** The limits of the run's deployment, work queue and work pool, as far as they exist and the run has no slot of them. */
  limits: readonly Limit[];
}

export type Obstacle<Limit extends CountedLimit = CountedLimit> =
  /** The failed process is still running and retries by itself. */
  | { kind: 'RetriedByProcess' }
  /** A worker reads how to run the flow from the deployment. */
  | { kind: 'DeploymentDeleted' }
  | { kind: 'NoWorkQueue' }
  | { kind: 'WorkPoolPaused' }
  | { kind: 'WorkQueuePaused' }
  | { kind: 'NoFreeSlot'; limit: Limit };

/** Returns all that keeps a scheduled run from running, in the order in which it is explained; empty if it may run. */
export function obstacles<Limit extends CountedLimit>(facts: MayRunFacts<Limit>): Obstacle<Limit>[] {
  const { retryType, deploymentIsGone, place, limits } = facts;
  const found: Obstacle<Limit>[] = [];
  if (retryType === 'in_process') found.push({ kind: 'RetriedByProcess' });
  if (deploymentIsGone) found.push({ kind: 'DeploymentDeleted' });
  if (place === null) found.push({ kind: 'NoWorkQueue' });
  if (place?.isPoolPaused) found.push({ kind: 'WorkPoolPaused' });
  if (place?.isQueuePaused) found.push({ kind: 'WorkQueuePaused' });
  for (const limit of limits) if (isFull(limit)) found.push({ kind: 'NoFreeSlot', limit });
  return found;
}

/**
 * Whether a run with this obstacle may not become PENDING. The other obstacles only keep workers away: a client may run a
 * flow without a work queue, and a worker that received a run before the pause may submit it, as in Prefect 3.
 */
export const stopsPending = ({ kind }: Obstacle): boolean => kind === 'DeploymentDeleted' || kind === 'NoFreeSlot';
