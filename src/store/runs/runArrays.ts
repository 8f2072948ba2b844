import type { RunChanges } from '../../core/runs/move.ts';
import type { ProposedState, SerializedState, State } from '../../core/runs/state.ts';
import { formatInstant, type Instant } from '../../core/values/instant.ts';
import type { Json } from '../../core/values/jsonObject.ts';
import { type Queryable, type Statement, statement } from '../connection/database.ts';
import { detailsToJson, lockedStateFromRow, type Prefect1Row, prefect1FromRow } from '../query/rows.ts';

// What flow runs and task runs have in common when they are written as arrays, a column each.

export const timeText = (instant: Instant | null) => (instant === null ? null : formatInstant(instant));

/** The columns that states of flow runs and of task runs share, in the order of `STATE_ARRAYS`. */
export const stateArrays = (states: readonly ProposedState[]): unknown[][] => [
  states.map((state) => state.id),
  states.map((state) => state.type),
  states.map((state) => state.name),
  states.map((state) => formatInstant(state.timestamp)),
  states.map((state) => state.message),
  states.map((state) => (state.data === null ? null : JSON.stringify(state.data))),
  states.map((state) => JSON.stringify(detailsToJson(state.details))),
  ...prefect1Arrays(states),
];
const STATE = [
  ['id', 'uuid'],
  ['type', 'state_type'],
  ['name', 'text'],
  ['timestamp', 'timestamptz'],
  ['message', 'text'],
  ['data', 'jsonb'],
  ['details', 'jsonb'],
  ['prefect1_state', 'text'],
  ['serialized_state', 'jsonb'],
  ['start_time', 'timestamptz'],
] as const;

type Columns = readonly (readonly [name: string, type: string])[];
export const namesOf = (columns: Columns) => columns.map(([name]) => name).join(', ');
/** The parameters of columns, from `$first` on: as arrays, or as the values of one row. */
export const arraysOf = (columns: Columns, first: number) =>
  columns.map(([, type], index) => `$${first + index}::${type}[]`).join(', ');
export const valuesOf = (columns: Columns, first: number) =>
  columns.map(([, type], index) => `$${first + index}::${type}`).join(', ');

export const STATE_COLUMNS = namesOf(STATE);
/** As parameters $1 to $10 of a statement. */
export const STATE_ARRAYS = arraysOf(STATE, 1);
/** As parameters $1 to $10 of a statement about one state. */
export const STATE_VALUES = valuesOf(STATE, 1);

/** What Prefect 1 clients read of states: class, serialized state and start. */
const prefect1Arrays = (states: readonly Pick<ProposedState, 'prefect1'>[]): unknown[][] => [
  states.map(({ prefect1 }) => prefect1?.className ?? null),
  states.map(({ prefect1 }) => prefect1 && JSON.stringify(prefect1.serialized)),
  states.map(({ prefect1 }) => timeText(prefect1?.startTime ?? null)),
];

export interface MovedRun<Changes extends RunChanges> {
  id: string;
  /** The number of states in the run's history. */
  version: number;
  changes: Changes;
  /** The state that `changes` name; the run's row keeps its message and details. */
  state: Pick<ProposedState, 'message' | 'details' | 'prefect1'>;
}

/** The columns that every move may change, in the order of `MOVED_ARRAYS`. */
export const movedArrays = (moved: readonly MovedRun<RunChanges>[]): unknown[][] => [
  moved.map(({ id }) => id),
  moved.map(({ version }) => version),
  moved.map(({ changes }) => changes.stateId),
  moved.map(({ changes }) => changes.stateType),
  moved.map(({ changes }) => changes.stateName),
  moved.map(({ changes }) => formatInstant(changes.stateTimestamp)),
  moved.map(({ state }) => state.message),
  moved.map(({ state }) => JSON.stringify(detailsToJson(state.details))),
  moved.map(({ changes }) => changes.runCount),
  moved.map(({ changes }) => timeText(changes.expectedStartTime)),
  moved.map(({ changes }) => timeText(changes.nextScheduledStartTime)),
  moved.map(({ changes }) => timeText(changes.startTime)),
  moved.map(({ changes }) => timeText(changes.endTime)),
  moved.map(({ changes }) => changes.totalRunTimeSeconds),
  ...prefect1Arrays(moved.map(({ state }) => state)),
];
/** Those of them behind the id. */
export const MOVED = [
  ['version', 'int'],
  ['state_id', 'uuid'],
  ['state_type', 'state_type'],
  ['state_name', 'text'],
  ['state_timestamp', 'timestamptz'],
  ['state_message', 'text'],
  ['state_details', 'jsonb'],
  ['run_count', 'int'],
  ['expected_start_time', 'timestamptz'],
  ['next_scheduled_start_time', 'timestamptz'],
  ['start_time', 'timestamptz'],
  ['end_time', 'timestamptz'],
  ['total_run_time_seconds', 'float8'],
  ['prefect1_state', 'text'],
  ['serialized_state', 'jsonb'],
  ['state_start_time', 'timestamptz'],
] as const;

const HEARTBEAT = ['heartbeat', 'timestamptz'] as const;

/** The column `heartbeat`: when a run entered a state that is a sign of life, and else null, which leaves it as it is. */
export const heartbeatArray = (
  moved: readonly MovedRun<RunChanges>[],
  beats: (state: SerializedState | null) => boolean,
): unknown[] => moved.map(({ state, changes }) => (beats(state.prefect1) ? timeText(changes.stateTimestamp) : null));

type OwnColumn = readonly [column: string, type: string];

/** The statement that moves runs of a table: the common columns as $1 to $17, one of the table's own as $18, and a sign of life, if the move is one. */
export const moveStatement = (table: 'flow_run' | 'task_run', name: string, own: OwnColumn) => {
  const columns = [...MOVED, own];
  return statement(
    name,
    `update ${table} r set updated = now(), ${columns.map(([column]) => `${column} = u.${column}`).join(', ')},
       heartbeat = coalesce(u.heartbeat, r.heartbeat)
     from unnest($1::uuid[], ${arraysOf([...columns, HEARTBEAT], 2)}) as u(id, ${namesOf(columns)}, heartbeat)
     where r.id = u.id`,
  );
};

/** The same of one run, without its condition; the id is $first, and 19 parameters are taken. */
export const moveOne = (table: 'flow_run' | 'task_run', own: OwnColumn, first: number) => {
  const columns = [...MOVED, own];
  return `update ${table} r set updated = now(),
    ${columns.map(([column], index) => `${column} = $${first + 1 + index}`).join(', ')},
    heartbeat = coalesce($${first + 1 + columns.length}, r.heartbeat)
    where r.id = $${first}`;
};

/** The statements that lock runs, the first, and read what hangs on them, the second (limitedRuns.ts). */
export interface LockStatements {
  lock: Statement;
  second: Statement;
}

/** Locks runs, in the order of their ids, and reads them with what hangs on them, in one trip. */
export async function lockRuns<
  Row extends Parameters<typeof lockedStateFromRow>[0] & Prefect1Row,
  Second extends { id: string; data: Json },
>(
  transaction: Queryable,
  { lock, second }: LockStatements,
  ids: readonly string[],
): Promise<{ row: Row; initial: State; prefect1: SerializedState | null; second: Second | null }[]> {
  const [rows, seconds] = await Promise.all([
    transaction.query<Row>(lock, [ids]),
    transaction.query<Second>(second, [ids]),
  ]);
  const secondOf = new Map(seconds.map((row) => [row.id, row]));
  return rows.map((row) => ({
    row,
    initial: { ...lockedStateFromRow(row), data: secondOf.get(row.id)?.data ?? null },
    prefect1: prefect1FromRow(row),
    second: secondOf.get(row.id) ?? null,
  }));
}
