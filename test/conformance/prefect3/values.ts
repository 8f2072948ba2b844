import type { StateType } from '../../../src/core/runs/state.ts';
import type { Json, JsonObject } from '../../../src/core/values/jsonObject.ts';

// A time is an RFC 3339 text, a duration a number of seconds.

const NO_DETAILS = {
  flowRunId: null as string | null,
  taskRunId: null as string | null,
  childFlowRunId: null as string | null,
  scheduledTime: null as string | null,
  cacheKey: null as string | null,
  cacheExpiration: null as string | null,
  deferred: null as boolean | null,
  untrackableResult: null as boolean | null,
  pauseTimeout: null as string | null,
  pauseReschedule: null as boolean | null,
  pauseKey: null as string | null,
  runInputKeyset: null as JsonObject | null,
  refreshCache: null as boolean | null,
  retriable: null as boolean | null,
  transitionId: null as string | null,
  taskParametersId: null as string | null,
  traceparent: null as string | null,
  deploymentConcurrencyLeaseId: null as string | null,
};
export type Details = typeof NO_DETAILS;
export const DETAIL_NAMES = Object.keys(NO_DETAILS) as (keyof Details)[];

export interface State {
  id: string;
  type: StateType;
  name: string;
  timestamp: string;
  message: string | null;
  data: Json;
  details: Details;
}

/** `type` is any text, so that a case can send an invalid type. */
export interface StateInput {
  type: string;
  name?: string | null;
  message?: string;
  data?: Json;
  details?: Partial<Details>;
}

export interface ReportedState {
  id: string;
  type: StateType;
  name: string;
  timestamp: string;
}

export interface Verdict {
  status: string;
  state: State | null;
  reason: string | null;
  delaySeconds: number | null;
  written: boolean;
  /** Prefect 3's name for the kind of details. */
  detailsType?: string;
}

export interface Policy {
  retries: number | null;
  retryDelay: number | number[] | null;
  retryType: string | null;
  pauseKeys: string[];
  resuming: boolean;
  retryJitterFactor: number | null;
}

interface Run {
  id: string;
  updated: string;
  name: string;
  state: State;
  stateType: StateType;
  stateName: string;
  runCount: number;
  expectedStartTime: string | null;
  nextScheduledStartTime: string | null;
  startTime: string | null;
  endTime: string | null;
  totalRunTime: number;
  estimatedRunTime: number;
  lateness: number;
  policy: Policy;
  tags: string[];
  labels: JsonObject;
}

export interface FlowRun extends Run {
  flowId: string;
  deploymentId: string | null;
  parameters: JsonObject;
  idempotencyKey: string | null;
  parentTaskRunId: string | null;
  infrastructurePid: string | null;
  jobVariables: JsonObject | null;
  flowVersion: string | null;
  workPoolId?: string | null;
  workPoolName?: string | null;
  workQueueId?: string | null;
  workQueueName?: string | null;
}

export interface TaskRun extends Run {
  flowRunId: string | null;
  taskKey: string;
  dynamicKey: string;
  flowRunRunCount: number;
  cacheKey: string | null;
}

/** `maxRetries` and `retryDelaySeconds` are the older names of the first two, which Prefect 3 still accepts. */
export interface PolicyInput {
  retries?: number | null;
  retryDelay?: number | number[];
  retryJitterFactor?: number;
  maxRetries?: number;
  retryDelaySeconds?: number;
}

/** `extra`: fields unknown to every server. */
export interface FlowRunInput {
  flowId: string;
  name?: string | null;
  state?: StateInput | undefined;
  parameters?: JsonObject;
  tags?: string[];
  labels?: JsonObject;
  idempotencyKey?: string;
  policy?: PolicyInput | undefined;
  deploymentId?: string | undefined;
  parentTaskRunId?: string;
  flowVersion?: string;
  workPoolName?: string;
  workQueueName?: string;
  extra?: JsonObject;
}

export interface FlowRunPatch {
  name?: string;
  policy?: PolicyInput;
  tags?: string[] | null;
  infrastructurePid?: string;
  jobVariables?: JsonObject;
}

export type TaskInput =
  | { kind: 'task_run'; id: string }
  | { kind: 'parameter'; name: string }
  | { kind: 'constant'; type: string };

export interface TaskRunInput {
  flowRunId?: string | undefined;
  taskKey: string;
  dynamicKey: string;
  name?: string | undefined;
  state?: StateInput | undefined;
  policy?: PolicyInput | undefined;
  tags?: string[];
  taskInputs?: { [parameter: string]: TaskInput[] } | undefined;
  cacheKey?: string;
}

export interface Log {
  name: string;
  level: number;
  message: string;
  timestamp: string;
  flowRunId: string | null;
  taskRunId: string | null;
}
export type LogInput = Omit<Log, 'flowRunId' | 'taskRunId'> & { flowRunId?: string; taskRunId?: string };
