import type { StateType } from '../../../../src/core/runs/state.ts';
import type { Json, JsonObject } from '../../../../src/core/values/jsonObject.ts';
import {
  DETAIL_NAMES,
  type Details,
  type FlowRun,
  type Policy,
  type State,
  type StateInput,
  type TaskRun,
  type Verdict,
} from '../values.ts';

// Maps the names of the cases to those of Prefect 3's REST API.

export interface RestState {
  id: string;
  type: StateType;
  name: string;
  timestamp: string;
  message?: string | null;
  data?: Json;
  state_details?: JsonObject;
}

interface RestRun {
  id: string;
  updated: string;
  name: string;
  state: RestState | null;
  state_type: StateType | null;
  state_name: string | null;
  run_count: number;
  expected_start_time: string | null;
  next_scheduled_start_time: string | null;
  start_time: string | null;
  end_time: string | null;
  total_run_time: number;
  estimated_run_time: number;
  estimated_start_time_delta: number;
  empirical_policy: {
    retries?: number | null;
    retry_delay?: number | number[] | null;
    retry_type?: string | null;
    pause_keys?: string[];
    resuming?: boolean;
    retry_jitter_factor?: number | null;
  };
  tags: string[];
  labels: JsonObject;
}

export interface RestFlowRun extends RestRun {
  flow_id: string;
  deployment_id: string | null;
  parameters: JsonObject;
  idempotency_key: string | null;
  parent_task_run_id: string | null;
  infrastructure_pid: string | null;
  job_variables: JsonObject | null;
  work_pool_id: string | null;
  work_pool_name: string | null;
  work_queue_id: string | null;
  work_queue_name: string | null;
  flow_version: string | null;
}

export interface RestTaskRun extends RestRun {
  flow_run_id: string | null;
  task_key: string;
  dynamic_key: string;
  flow_run_run_count: number;
  cache_key: string | null;
}

export interface RestVerdict {
  status: string;
  state: RestState | null;
  details?: { reason?: string | null; delay_seconds?: number | string | null; type?: string };
}

export const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
export const snakeKeys = (object: object): JsonObject =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [snake(key), value]));

const detailsOut = (details: JsonObject = {}): Details =>
  Object.fromEntries(DETAIL_NAMES.map((name) => [name, details[snake(name)] ?? null])) as Details; // The cast: all of its names.

export const stateOut = ({ id, type, name, timestamp, message, data, state_details }: RestState): State => ({
  id,
  type,
  name,
  timestamp,
  message: message ?? null,
  data: data ?? null,
  details: detailsOut(state_details),
});

export const stateIn = (state: StateInput | undefined): JsonObject | undefined => {
  if (!state) return undefined;
  const { details, ...rest } = state;
  return { ...(rest as JsonObject), ...(details && { state_details: snakeKeys(details) }) }; // The cast: its other fields are JSON.
};

const policyOut = (policy: RestRun['empirical_policy']): Policy => ({
  retries: policy.retries ?? null,
  retryDelay: policy.retry_delay ?? null,
  retryType: policy.retry_type ?? null,
  pauseKeys: policy.pause_keys ?? [],
  resuming: policy.resuming ?? false,
  retryJitterFactor: policy.retry_jitter_factor ?? null,
});

const runOut = (run: RestRun) => {
  const state = run.state && stateOut(run.state);
  return {
    id: run.id,
    updated: run.updated,
    name: run.name,
    // A run has no state only after `stripStates`, whose cases expect it.
    state: state as State,
    stateType: (run.state_type ?? state?.type ?? null) as StateType,
    stateName: (run.state_name ?? state?.name ?? null) as string,
    runCount: run.run_count,
    expectedStartTime: run.expected_start_time,
    nextScheduledStartTime: run.next_scheduled_start_time,
    startTime: run.start_time,
    endTime: run.end_time,
    totalRunTime: run.total_run_time,
    estimatedRunTime: run.estimated_run_time,
    lateness: run.estimated_start_time_delta,
    policy: policyOut(run.empirical_policy),
    tags: run.tags,
    labels: run.labels,
  };
};

export const flowRunOut = (run: RestFlowRun): FlowRun => ({
  ...runOut(run),
  flowId: run.flow_id,
  deploymentId: run.deployment_id,
  parameters: run.parameters,
  idempotencyKey: run.idempotency_key,
  parentTaskRunId: run.parent_task_run_id,
  infrastructurePid: run.infrastructure_pid,
  jobVariables: run.job_variables,
  workPoolId: run.work_pool_id,
  workPoolName: run.work_pool_name,
  workQueueId: run.work_queue_id,
  workQueueName: run.work_queue_name,
  flowVersion: run.flow_version,
});

export const taskRunOut = (run: RestTaskRun): TaskRun => ({
  ...runOut(run),
  flowRunId: run.flow_run_id,
  taskKey: run.task_key,
  dynamicKey: run.dynamic_key,
  flowRunRunCount: run.flow_run_run_count,
  cacheKey: run.cache_key,
});

export const verdictOut = (httpStatus: number, { status, state, details = {} }: RestVerdict): Verdict => ({
  status,
  state: state && stateOut(state),
  reason: details.reason ?? null,
  delaySeconds: details.delay_seconds == null ? null : Number(details.delay_seconds),
  ...(details.type && { detailsType: details.type }),
  written: httpStatus === 201,
});
