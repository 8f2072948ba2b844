import type { Instant } from '../values/instant.ts';
import type { JsonObject } from '../values/jsonObject.ts';
import type { StateType } from './state.ts';

export type LabelValue = string | number | boolean;
export type Labels = { [key: string]: LabelValue };

/** The fields that flow runs and task runs share, with a copy of the current state. */
export interface Run {
  id: string;
  created: Instant;
  updated: Instant;
  tenantId: string;
  name: string;
  tags: string[];
  labels: Labels;
  /** The version of the current state, which is also the number of states in the run's history. */
  version: number;
  stateId: string;
  stateType: StateType;
  stateName: string;
  stateTimestamp: Instant;
  /** How many times the run entered RUNNING. */
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
  /** How many times to retry a failed run; null or 0 for never. */
  retries: number | null;
  retryDelaySeconds: number | null;
  /** The keys of the pauses that have fired. Each key fires once. */
  pauseKeys: string[];
  /** True from the end of a pause to the next RUNNING state, which is then not counted as another run. */
  resuming: boolean;
  retryType: 'in_process' | 'reschedule' | null;
}

/** Source: Prefect 3, server/schemas/core.py, TaskRunPolicy. */
export interface TaskRunPolicy {
  retries: number | null;
  /** The delay before each retry; further retries use the last one. At most 50 entries. */
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
  /** The queue from which workers take the run. */
  workQueueId: string | null;
  /** Whether a schedule created the run. */
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
  /** The run count of its flow run when this task run last entered RUNNING. */
  flowRunRunCount: number;
}

export interface Log {
  id: string;
  /** The number of this line in the log of its flow run, or of its task run if that has no flow run: 1, 2, 3, ... */
  number: number;
  flowRunId: string | null;
  taskRunId: string | null;
  timestamp: Instant;
  /** The levels of Python: 10 debug, 20 info, 30 warning, 40 error, 50 critical. */
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
  /** The schedules of a paused deployment create no runs. */
  paused: boolean;
  parameters: JsonObject;
  /** JSON Schema 2020-12; null accepts any parameters. */
  parameterOpenapiSchema: JsonObject | null;
  enforceParameterSchema: boolean;
  jobVariables: JsonObject;
  workQueueId: string | null;
}
