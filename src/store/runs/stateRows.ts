import {
  type FlowRunState,
  NO_DETAILS,
  type PlainState,
  type ProposedState,
  type State,
  type StateDetails,
  type TaskRunState,
} from '../../core/runs/state.ts';
import { formatInstant, type Instant, parseInstant } from '../../core/values/instant.ts';
import type { JsonObject } from '../../core/values/jsonObject.ts';
import { writeJson } from '../../core/values/writeJson.ts';
import {
  BIGINT,
  BOOLEAN,
  type ColumnTypes,
  INTEGER,
  JSONB,
  jsonColumn,
  STATE_TYPE,
  TEXT,
  TIME,
  UUID,
} from '../query/columnTypes.ts';
import { selectList } from '../query/selectList.ts';
import { column, fieldColumns, type WrittenColumn } from '../query/writtenColumns.ts';

// The columns of states, of flow runs and of task runs, and how a row becomes a state.

const TIMES = ['scheduledTime', 'cacheExpiration', 'pauseTimeout'] as const;

/** State details as stored: fields at their defaults are left out, and times are RFC 3339, readable for people and SQL. */
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

export const DETAILS = jsonColumn((details: StateDetails) => writeJson(detailsToJson(details)));

const PLAIN_STATE: ColumnTypes<PlainState> = {
  id: UUID,
  type: STATE_TYPE,
  name: TEXT,
  timestamp: TIME,
  message: TEXT,
  data: JSONB,
  details: DETAILS,
};
/** The place of a flow run's state in its history. */
export const FLOW_RUN_STATE_PLACE: ColumnTypes<Omit<FlowRunState, keyof PlainState>> = {
  flowRunId: UUID,
  version: INTEGER,
};
/** The place of a task run's state in its history and among the states of its flow run. */
export const TASK_RUN_STATE_PLACE: ColumnTypes<Omit<TaskRunState, keyof PlainState>> = {
  taskRunId: UUID,
  flowRunId: UUID,
  version: INTEGER,
  outOfOrder: BOOLEAN,
  position: BIGINT,
};

export const FLOW_RUN_STATE: ColumnTypes<FlowRunState> = { ...PLAIN_STATE, ...FLOW_RUN_STATE_PLACE };
export const TASK_RUN_STATE: ColumnTypes<TaskRunState> = { ...PLAIN_STATE, ...TASK_RUN_STATE_PLACE };

export const flowRunStateColumns = selectList(FLOW_RUN_STATE);
export const taskRunStateColumns = selectList(TASK_RUN_STATE);

/** A state as its row holds it: details at their defaults are missing. */
export type StoredState<Of extends State> = Omit<Of, 'details'> & { details: JsonObject };

export const stateFromRow = <Row extends StoredState<State>>(
  row: Row,
): Omit<Row, 'details'> & { details: StateDetails } => ({ ...row, details: detailsFromJson(row.details) });

/** The columns of a state's Prefect 1 form: its class, the serialized state, and when a run in it is due. */
export const prefect1Columns = <Row>(
  startTime: 'start_time' | 'state_start_time',
  stateOf: (row: Row) => Pick<ProposedState, 'prefect1'>,
): WrittenColumn<Row>[] => [
  column('prefect1_state', TEXT, (row) => stateOf(row).prefect1?.className ?? null),
  column('serialized_state', JSONB, (row) => stateOf(row).prefect1?.serialized),
  column(startTime, TIME, (row) => stateOf(row).prefect1?.startTime ?? null),
];

/** The columns of a state that is written, without its place. */
export const stateColumns = <Row>(stateOf: (row: Row) => ProposedState): WrittenColumn<Row>[] => [
  ...fieldColumns(PLAIN_STATE, stateOf),
  ...prefect1Columns('start_time', stateOf),
];

/** Inserts a run's first state from the columns of its row. The data, which a run does not have, is in a column of its own. */
export const FIRST_STATE = {
  columns: 'id, type, name, timestamp, message, data, details, prefect1_state, serialized_state, start_time',
  values: (run: string): string =>
    `${run}.state_id, ${run}.state_type, ${run}.state_name, ${run}.state_timestamp, ${run}.state_message, ${run}.data,
      ${run}.state_details, ${run}.prefect1_state, ${run}.serialized_state, ${run}.state_start_time`,
};
