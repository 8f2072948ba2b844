import type { Instant } from '../values/instant.ts';
import type { JsonObject } from '../values/jsonObject.ts';
import type { StateType } from './state.ts';

export type LabelValue = string | number | boolean;
export type Labels = { [key: string]: LabelValue };

/** What a flow run and a task run share; a run's row carries a copy of its current state. */
export interface Run {
  id: string;
  created: Instant;
  updated: Instant;
  tenantId: string;
  name: string;
  tags: string[];
  labels: Labels;
  /** The version of the current state. It equals the number of states in the run's history. */
  version: number;
  stateId: string;
  stateType: StateType;
  stateName: string;
  stateTimestamp: Instant;
  /** How many times the run began to run. */
  runCount: number;
  expectedStartTime: Instant | null;
  nextScheduledStartTime: Instant | null;
  startTime: Instant | null;
  endTime: Instant | null;
  /** Seconds spent in RUNNING states that have ended. */
  totalRunTimeSeconds: number;
}

/** Source: Prefect 3, server/schemas/core.py, FlowRunPolicy. */
export interface FlowRunPolicy {
  /** How many times a failed run is run again; null or 0 is never. */
  retries: number | null;
  retryDelaySeconds: number | null;
  /** The keys of pauses that have fired; each fires once. */
  pauseKeys: string[];
  /** Set between leaving a pause and the next RUNNING, which then does not count as another run. */
  resuming: boolean;
  retryType: 'in_process' | 'reschedule' | null;
}

/** Source: Prefect 3, server/schemas/core.py, TaskRunPolicy. */
export interface TaskRunPolicy {
  retries: number | null;
  /** The delay before each retry; the last one is used again. At most 50. */
  retryDelaySeconds: number[];
  retryJitterFactor: number | null;
}

export const NO_FLOW_RUN_POLICY: Readonly<FlowRunPolicy> = Object.freeze({
  retries: null,
  retryDelaySeconds: null,
  pauseKeys: [],
  resuming: false,
  retryType: null,
});

export const NO_TASK_RUN_POLICY: Readonly<TaskRunPolicy> = Object.freeze({
  retries: null,
  retryDelaySeconds: [],
  retryJitterFactor: null,
});

export interface FlowRun extends Run {
  flowId: string;
  deploymentId: string | null;
  parentTaskRunId: string | null;
  flowVersion: string | null;
  parameters: JsonObject;
  context: JsonObject;
  policy: FlowRunPolicy;
  jobVariables: JsonObject;
  idempotencyKey: string | null;
  infrastructurePid: string | null;
  /** The queue that workers take the run from. */
  workQueueId: string | null;
  /** Made by a schedule. */
  autoScheduled: boolean;
}

export type TaskInput =
  | { kind: 'task_run' | 'flow_run'; id: string }
  | { kind: 'parameter'; name: string }
  | { kind: 'constant'; type: string };

export interface TaskRun extends Run {
  flowRunId: string | null;
  taskKey: string;
  dynamicKey: string;
  taskVersion: string | null;
  cacheKey: string | null;
  cacheExpiration: Instant | null;
  policy: TaskRunPolicy;
  taskInputs: { [parameter: string]: TaskInput[] };
  /** The run count that its flow run had when this task run last began to run. */
  flowRunRunCount: number;
}

export interface Log {
  id: string;
  /** The number of this line among those of its flow run (of its task run, where that has no flow run): 1, 2, 3, ... */
  number: number;
  flowRunId: string | null;
  taskRunId: string | null;
  timestamp: Instant;
  /** Python's numbers: 10 debug, 20 info, 30 warning, 40 error, 50 critical. */
  level: number;
  name: string;
  message: string;
}

export interface FlowRunInput {
  id: string;
  created: Instant;
  flowRunId: string;
  key: string;
  value: string;
  sender: string | null;
}

export interface Flow {
  id: string;
  created: Instant;
  updated: Instant;
  tenantId: string;
  name: string;
  tags: string[];
  labels: Labels;
}

export interface Deployment extends Flow {
  flowId: string;
  description: string | null;
  version: string | null;
  /** A paused deployment's schedules rest. */
  paused: boolean;
  parameters: JsonObject;
  /** JSON Schema 2020-12; null allows everything. */
  parameterOpenapiSchema: JsonObject | null;
  enforceParameterSchema: boolean;
  jobVariables: JsonObject;
  workQueueId: string | null;
}
