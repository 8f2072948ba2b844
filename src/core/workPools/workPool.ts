import type { Instant } from '../values/instant.ts';
import type { JsonObject } from '../values/jsonObject.ts';

/** Where workers of one kind take runs from. */
export interface WorkPool {
  id: string;
  created: Instant;
  updated: Instant;
  tenantId: string;
  name: string;
  type: string;
  description: string | null;
  /** What the infrastructure of runs looks like; its `variables` is the JSON Schema of job variables. */
  baseJobTemplate: JsonObject;
  isPaused: boolean;
  /** How many of its runs may be at work at once; null is any number. */
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
  /** 1 is served first. */
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

/** The queue that every work pool has. */
export const DEFAULT_QUEUE = 'default';

/** Signs of life that may be missing before a worker counts as gone. Source: Prefect 3, services/foreman.py. */
const MISSED_HEARTBEATS = 3;

export const isOnline = (
  { lastHeartbeat, heartbeatIntervalSeconds }: Pick<Worker, 'lastHeartbeat' | 'heartbeatIntervalSeconds'>,
  now: Instant,
): boolean => now - lastHeartbeat <= heartbeatIntervalSeconds * MISSED_HEARTBEATS * 1_000_000;
