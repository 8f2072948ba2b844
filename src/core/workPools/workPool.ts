import type { Instant } from '../values/instant.ts';
import type { JsonObject } from '../values/jsonObject.ts';

/** A pool of runs for workers of one type. */
export interface WorkPool {
  id: string;
  created: Instant;
  updated: Instant;
  tenantId: string;
  name: string;
  type: string;
  description: string | null;
  /** The template of the runs' infrastructure. `variables` is the JSON Schema of job variables. */
  baseJobTemplate: JsonObject;
  isPaused: boolean;
  /** The maximum number of concurrent runs of the pool; null for no limit. */
  concurrencyLimit: number | null;
}

export interface WorkQueue {
  id: string;
  created: Instant;
  updated: Instant;
  tenantId: string;
  workPoolId: string;
  name: string;
  description: string | null;
  isPaused: boolean;
  concurrencyLimit: number | null;
  /** 1 is the highest priority. */
  priority: number;
  lastPolled: Instant | null;
}

export interface Worker {
  id: string;
  created: Instant;
  updated: Instant;
  workPoolId: string;
  name: string;
  lastHeartbeat: Instant;
  heartbeatIntervalSeconds: number;
}

/** The name of the queue that every work pool has. */
export const DEFAULT_QUEUE = 'default';

/** How many heartbeats a worker may miss before it counts as offline. Source: Prefect 3, services/foreman.py. */
const MISSED_HEARTBEATS = 3;

export const isOnline = (
  { lastHeartbeat, heartbeatIntervalSeconds }: Pick<Worker, 'lastHeartbeat' | 'heartbeatIntervalSeconds'>,
  now: Instant,
): boolean => now - lastHeartbeat <= heartbeatIntervalSeconds * MISSED_HEARTBEATS * 1_000_000;
