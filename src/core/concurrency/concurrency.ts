import type { Instant } from '../values/instant.ts';

// Limits of how many runs may be at work at once, and the slots that runs take of them.

export const COLLISION_STRATEGIES = ['ENQUEUE', 'CANCEL_NEW'] as const;
/** What becomes of a run that finds its deployment's limit full. */
export type CollisionStrategy = (typeof COLLISION_STRATEGIES)[number];

/** How long a slot of a deployment is kept without a sign of life, where nobody says otherwise. Prefect 3: PREFECT_SERVER_CONCURRENCY_INITIAL_DEPLOYMENT_LEASE_DURATION. */
export const LEASE_SECONDS = 300;
/** What a lease may be given. Prefect 3: ConcurrencyOptions.grace_period_seconds. */
export const LEASE_SECONDS_RANGE = { min: 60, max: 86_400 } as const;

/** The largest limit. */
export const MAX_CONCURRENCY = 100_000;

/** A limit's name says whose it is: `tag:etl`, `deployment:0190...`. */
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
  /** A limit that is not active limits nothing. */
  active: boolean;
}

/** A place under a limit that a run has taken. */
export interface ConcurrencySlot {
  /** The id of the lease, as the run's state details name it. */
  id: string;
  created: Instant;
  concurrencyLimitId: string;
  flowRunId: string | null;
  taskRunId: string | null;
  /** Null: until it is released. */
  expires: Instant | null;
}

/** What a deployment says of the concurrency of its runs. */
export interface DeploymentConcurrency {
  limit: ConcurrencyLimit | null;
  collisionStrategy: CollisionStrategy;
  /** Null: LEASE_SECONDS. */
  gracePeriodSeconds: number | null;
}

/** A limit with its slots counted, as it stands while its row is locked. */
interface CountedLimit {
  limitId: string;
  limit: number;
  taken: number;
}

/** The limit of a run's deployment. */
export interface DeploymentLimit extends CountedLimit {
  collisionStrategy: CollisionStrategy;
  leaseSeconds: number;
  /** The run's own slot, counted in `taken`; null where it has none, or one that has expired. */
  ownSlotId: string | null;
}

/** The limit of one of a task run's tags. */
export interface TagLimit extends CountedLimit {
  tag: string;
  /** Whether the task run has a slot already, counted in `taken`. */
  own: boolean;
}
