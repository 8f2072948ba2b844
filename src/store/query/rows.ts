import {
  type FlowRun,
  type FlowRunPolicy,
  type Log,
  NO_FLOW_RUN_POLICY,
  NO_TASK_RUN_POLICY,
  type Run,
  type TaskRun,
  type TaskRunPolicy,
} from '../../core/runs/run.ts';
import {
  NO_DETAILS,
  type Prefect1State,
  type SerializedState,
  type State,
  type StateDetails,
} from '../../core/runs/state.ts';
import { formatInstant, type Instant, parseInstant } from '../../core/values/instant.ts';
import type { JsonObject } from '../../core/values/jsonObject.ts';

// Between rows and objects. Column lists alias to the objects' names; only JSON columns need a hand.

/** `startTime` is the column `start_time`. */
export const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
export const columns =
  (names: string[]) =>
  (alias: string, without: readonly string[] = []) =>
    names
      .filter((name) => !without.includes(name))
      .map((name) => `${alias}.${snake(name)} as "${name}"`)
      .join(', ');

const RUN_COLUMNS = [
  'id',
  'created',
  'updated',
  'tenantId',
  'name',
  'policy',
  'version',
  'stateId',
  'stateType',
  'stateName',
  'stateTimestamp',
  'runCount',
  'expectedStartTime',
  'nextScheduledStartTime',
  'startTime',
  'endTime',
  'totalRunTimeSeconds',
];

const FLOW_RUN_COLUMNS = [
  ...RUN_COLUMNS,
  'flowId',
  'deploymentId',
  'parentTaskRunId',
  'flowVersion',
  'idempotencyKey',
  'infrastructurePid',
  'workQueueId',
  'autoScheduled',
];
/** The columns that `flowRunFromRow` takes, of the table under this alias. */
export const flowRunColumns = columns([...FLOW_RUN_COLUMNS, 'tags', 'labels', 'parameters', 'context', 'jobVariables']);
/** Those of them that rules ask for. */
export const flowRunFactColumns = columns(FLOW_RUN_COLUMNS);
/** A row as it comes: its policy holds what was set. */
type Stored<Policy, Row extends { policy: Policy }> = Omit<Row, 'policy'> & { policy: Partial<Policy> };
export type FlowRunRow = Stored<FlowRunPolicy, FlowRun>;
export const flowRunFromRow = <Row extends { policy: Partial<FlowRunPolicy> }>(row: Row) => ({
  ...row,
  policy: { ...NO_FLOW_RUN_POLICY, ...row.policy },
});

const TASK_RUN_COLUMNS = [
  ...RUN_COLUMNS,
  'flowRunId',
  'taskKey',
  'dynamicKey',
  'taskVersion',
  'cacheKey',
  'cacheExpiration',
  'flowRunRunCount',
];
/** The columns that `taskRunFromRow` takes, of the table under this alias. */
export const taskRunColumns = columns([...TASK_RUN_COLUMNS, 'tags', 'labels', 'taskInputs']);
/** Those of them that rules ask for. */
export const taskRunFactColumns = columns(TASK_RUN_COLUMNS);
export type TaskRunRow = Stored<TaskRunPolicy, TaskRun>;
export const taskRunFromRow = <Row extends { policy: Partial<TaskRunPolicy> }>(row: Row) => ({
  ...row,
  policy: { ...NO_TASK_RUN_POLICY, ...row.policy },
});

type RunFacts = Omit<Run, 'tags' | 'labels'>;

/** A locked run's row with the message and details of its current state, and the database's clock. */
export type LockedRow<Facts extends RunFacts & { policy: object }> = Omit<Facts, 'policy'> & {
  policy: Partial<Facts['policy']>;
  stateMessage: string | null;
  stateDetails: JsonObject;
  now: Instant;
} & Prefect1Row;

/** The current state of a run in Prefect 1's words; all null where no Prefect 1 client knows the run. */
export interface Prefect1Row {
  prefect1State: Prefect1State | null;
  serializedState: JsonObject | null;
  stateStartTime: Instant | null;
}

export const prefect1Columns = columns(['prefect1State', 'serializedState', 'stateStartTime']);

export const prefect1FromRow = (row: Prefect1Row): SerializedState | null =>
  row.prefect1State === null
    ? null
    : { className: row.prefect1State, serialized: row.serializedState ?? {}, startTime: row.stateStartTime };

/** The current state of a locked run, put together from the run's row. Its data is not there. */
export const lockedStateFromRow = (
  row: RunFacts & { stateMessage: string | null; stateDetails: JsonObject },
): State => ({
  id: row.stateId,
  version: row.version,
  type: row.stateType,
  name: row.stateName,
  timestamp: row.stateTimestamp,
  message: row.stateMessage,
  data: null,
  details: detailsFromJson(row.stateDetails),
});

const STATE_COLUMNS = ['id', 'version', 'type', 'name', 'timestamp', 'message', 'data', 'details'];
export const flowRunStateColumns = columns([...STATE_COLUMNS, 'flowRunId']);
export const taskRunStateColumns = columns([...STATE_COLUMNS, 'taskRunId', 'flowRunId', 'position', 'outOfOrder']);
export type StateRow = StoredState<State>;
/** A row as it comes: its details hold what is not at its default. */
export type StoredState<Of extends State> = Omit<Of, 'details'> & { details: JsonObject };
export const stateFromRow = <Row extends StateRow>(row: Row): Omit<Row, 'details'> & { details: StateDetails } => ({
  ...row,
  details: detailsFromJson(row.details),
});

export const logColumns = columns(['id', 'number', 'flowRunId', 'taskRunId', 'timestamp', 'level', 'name', 'message']);
export type LogRow = Log;

const FLOW_COLUMNS = ['id', 'created', 'updated', 'tenantId', 'name', 'tags', 'labels'];
export const flowColumns = columns(FLOW_COLUMNS);
export const deploymentColumns = columns([
  ...FLOW_COLUMNS,
  'flowId',
  'description',
  'version',
  'paused',
  'parameters',
  'parameterOpenapiSchema',
  'enforceParameterSchema',
  'jobVariables',
  'workQueueId',
]);
export const concurrencyLimitColumns = columns(['id', 'created', 'updated', 'tenantId', 'name', 'limit', 'active']);
export const concurrencySlotColumns = columns([
  'id',
  'created',
  'concurrencyLimitId',
  'flowRunId',
  'taskRunId',
  'expires',
]);

const TIMES = ['scheduledTime', 'cacheExpiration', 'pauseTimeout'] as const;

/** State details as stored: what is not at its default, times as RFC 3339, so that people and SQL can read them. */
export function detailsToJson(details: StateDetails): JsonObject {
  const json: JsonObject = {};
  for (const [key, value] of Object.entries(details) as [keyof StateDetails, StateDetails[keyof StateDetails]][]) {
    if (value !== NO_DETAILS[key])
      json[key] = (TIMES as readonly string[]).includes(key) ? formatInstant(value as Instant) : value;
  }
  return json;
}

export function detailsFromJson(json: JsonObject): StateDetails {
  const details = { ...NO_DETAILS, ...json } as StateDetails;
  for (const key of TIMES) {
    const text = json[key];
    if (typeof text === 'string') details[key] = parseInstant(text);
  }
  return details;
}
