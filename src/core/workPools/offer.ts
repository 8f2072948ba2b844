import type { CountedLimit, PlaceLimit } from '../concurrency/concurrency.ts';
import { type MayRunFacts, obstacles } from './mayRun.ts';

/** A work queue and its pool, with the runs that occupy them. */
export interface CountedPlace {
  workQueueId: string;
  workQueueName: string;
  isQueuePaused: boolean;
  queueLimit: number | null;
  /** How many runs of the queue are active. */
  queueTaken: number;
  workPoolId: string;
  workPoolName: string;
  isPoolPaused: boolean;
  poolLimit: number | null;
}

/** A scheduled run of a queue that a worker polls. */
export interface Candidate extends Pick<MayRunFacts, 'retryType' | 'deploymentIsGone'> {
  id: string;
  workQueueId: string;
  deploymentId: string | null;
  /** The limit of its deployment, with its slots counted; null if there is none. */
  deploymentLimit: number | null;
  deploymentTaken: number;
}

/** Returns the limits of a queue and its pool. `all` are all queues of that pool: the pool's runs are the runs of all of them. */
export function placeLimits(place: CountedPlace, all: readonly CountedPlace[]): PlaceLimit[] {
  const { queueLimit, queueTaken, poolLimit } = place;
  const inPool = all.filter(({ workPoolId }) => workPoolId === place.workPoolId);
  const poolTaken = inPool.reduce((sum, { queueTaken }) => sum + queueTaken, 0);
  return [
    ...limitOf('work queue', place.workQueueName, queueLimit, queueTaken),
    ...limitOf('work pool', place.workPoolName, poolLimit, poolTaken),
  ];
}

const limitOf = (place: PlaceLimit['place'], name: string, limit: number | null, taken: number): PlaceLimit[] =>
  limit === null ? [] : [{ place, name, limit, taken }];

/** Whether runs of this queue may run that have no deployment. */
export const isOpen = (place: CountedPlace, all: readonly CountedPlace[]): boolean =>
  obstacles({ retryType: null, deploymentIsGone: false, place, limits: placeLimits(place, all) }).length === 0;

/** An offer that grows until it has as many runs as the worker asks for. */
export interface Offer {
  offered: Candidate[];
  /** All queues of the pool, with the offered runs counted as active. */
  places: CountedPlace[];
  /** Deployments without a run that may run, because they were deleted or have no free slot left. */
  closedDeploymentIds: string[];
}

/**
 * Adds the candidates that may run to an offer, in their order, until it has this many runs. The runs of an offer count as
 * if they had taken their slots, so that the rules accept all of them.
 */
export function extendOffer(offer: Offer, candidates: readonly Candidate[], limit: number): Offer {
  const offered = [...offer.offered];
  const closed = new Set(offer.closedDeploymentIds);
  let places = [...offer.places];
  for (const candidate of candidates) {
    if (offered.length >= limit) break;
    const { workQueueId, deploymentId, deploymentLimit, deploymentTaken } = candidate;
    const place = places.find((one) => one.workQueueId === workQueueId) ?? null;
    const before = offered.filter((one) => one.deploymentId === deploymentId).length;
    const limits: CountedLimit[] = place ? placeLimits(place, places) : [];
    if (deploymentLimit !== null) limits.push({ limit: deploymentLimit, taken: deploymentTaken + before });
    if (obstacles({ ...candidate, place, limits }).length === 0) {
      offered.push(candidate);
      places = places.map((one) => (one === place ? { ...one, queueTaken: one.queueTaken + 1 } : one));
    } else if (deploymentId !== null && place && isOpen(place, places)) closed.add(deploymentId);
  }
  return { offered, places, closedDeploymentIds: [...closed] };
}
