import type { Instant } from '../values/instant.ts';

// Limits on the number of concurrent runs, and the slots of these limits that runs take.

export const COLLISION_STRATEGIES = ['ENQUEUE', 'CANCEL_NEW'] as const;
/** What to do with a run if the limit of its deployment is reached: keep it waiting, or cancel it. */
export type CollisionStrategy = (typeof COLLISION_STRATEGIES)[number];

/**
 * How long a deployment's slot is kept without renewal, by default.
 * Prefect 3: PREFECT_SERVER_CONCURRENCY_INITIAL_DEPLOYMENT_LEASE_DURATION.
 */
export const LEASE_SECONDS = 300;
/** The allowed lengths of a lease. Prefect 3: ConcurrencyOptions.grace_period_seconds. */
export const LEASE_SECONDS_RANGE = { min: 60, max: 86_400 } as const;

/** The highest limit that can be set. */
export const MAX_CONCURRENCY = 100_000;

/** The name of a limit contains its owner: `tag:etl`, `deployment:0190...`. */
export const limitNameOfTag = (tag: string): string => `tag:${tag}`;
export const limitNameOfDeployment = (id: string): string => `deployment:${id}`;
const after = (prefix: string, name: string) => (name.startsWith(prefix) ? name.slice(prefix.length) : null);
export const tagOfLimit = (name: string): string | null => after('tag:', name);
export const deploymentIdOfLimit = (name: string): string | null => after('deployment:', name);

export interface ConcurrencyLimit {
  id: string;
  created: Instant;
  updated: Instant;
  tenantId: string;
  name: string;
  limit: number;
  /** An inactive limit has no effect. */
  active: boolean;
}

/** One of a limit's slots, held by a run. */
export interface ConcurrencySlot {
  /** Also the lease id in the details of the run's state. */
  id: string;
  created: Instant;
  concurrencyLimitId: string;
  flowRunId: string | null;
  taskRunId: string | null;
  /** Null if the slot is held until it is released. */
  expires: Instant | null;
}

/** The concurrency settings of a deployment. */
export interface DeploymentConcurrency {
  limit: ConcurrencyLimit | null;
  collisionStrategy: CollisionStrategy;
  /** Defaults to LEASE_SECONDS if null. */
  gracePeriodSeconds: number | null;
}

/** A limit with its slots counted. */
export interface CountedLimit {
  limit: number;
  taken: number;
}

export const isFull = ({ taken, limit }: CountedLimit): boolean => taken >= limit;

/** A limit that is counted while its row is locked. */
interface LockedLimit extends CountedLimit {
  limitId: string;
}

/** The limit of a run's deployment. */
export interface DeploymentLimit extends LockedLimit {
  collisionStrategy: CollisionStrategy;
  leaseSeconds: number;
  /** The run's own slot, which `taken` includes; null if it has none or if it has expired. */
  ownSlotId: string | null;
}

/** The limit of one of a task run's tags. */
export interface TagLimit extends LockedLimit {
  tag: string;
  /** Whether the task run already has a slot, which `taken` includes. */
  own: boolean;
}

/** The limit of a run's work queue or of its work pool. Each active run of the queue or pool takes a slot. */
export interface PlaceLimit extends CountedLimit {
  place: 'work queue' | 'work pool';
  name: string;
}
