import type { Log } from '../../core/runs/run.ts';
import type { FlowRunState, TaskRunState } from '../../core/runs/state.ts';
import { type Queryable, type Statement, statement } from '../connection/database.ts';
import { logColumns } from './logs.ts';
import { flowRunStateColumns, type StoredState, stateFromRow, taskRunStateColumns } from './stateRows.ts';

// The reads of streams. Each row of a stream has a number, assigned under a row lock that is held until commit. So reading
// the rows above the last number, in order, never skips a row that commits later, and no snapshot is needed.

interface Stream {
  table: string;
  /** The column with the id of the watched run. */
  run: string;
  /** The column that numbers the rows of one run. */
  position: string;
  columns: (alias: string) => string;
  /** The approximate size of a row's wide columns. */
  bytes: string;
}

const STATE_BYTES = 'coalesce(octet_length(x.data::text), 0) + coalesce(octet_length(x.message), 0)';
const LINE_BYTES = 'octet_length(x.message)';

const STREAMS = {
  flowRunStates: {
    table: 'flow_run_state',
    run: 'flow_run_id',
    position: 'version',
    columns: flowRunStateColumns,
    bytes: STATE_BYTES,
  },
  taskRunStates: {
    table: 'task_run_state',
    run: 'task_run_id',
    position: 'version',
    columns: taskRunStateColumns,
    bytes: STATE_BYTES,
  },
  flowRunTaskRunStates: {
    table: 'task_run_state',
    run: 'flow_run_id',
    position: 'position',
    columns: taskRunStateColumns,
    bytes: STATE_BYTES,
  },
  // `run_id` has the unique index; for lines of a flow run it is the flow run's id.
  flowRunLogs: { table: 'log', run: 'run_id', position: 'number', columns: logColumns, bytes: LINE_BYTES },
  taskRunLogs: { table: 'log', run: 'task_run_id', position: 'number', columns: logColumns, bytes: LINE_BYTES },
} as const satisfies Record<string, Stream>;

export type StreamName = keyof typeof STREAMS;

/** The position after which a run's stream is read; 0 reads from the beginning. */
export interface Wanted {
  id: string;
  after: number;
}

/** How much is read for each run. At least one row is, however large. */
export interface StreamLimits {
  rows: number;
  bytes: number;
}

/** Rows after the wanted position, in order. */
export interface StreamNews<Row> {
  rows: { position: number; row: Row }[];
  /** Whether these are all rows that there are now. */
  complete: boolean;
}

/** By the id of the watched run. Runs without news are missing. */
export type StreamRows<Row> = Map<string, StreamNews<Row>>;

// A row is within the limit if the rows before it are, so the first row always is. The statement counts one row more than
// the limit, to see whether there are more, and leaves it out.
const after = ({ table, run, position, columns, bytes }: Stream) => `
  select wanted.id as "watchedId", news.*
  from unnest($1::uuid[], $2::bigint[]) as wanted (id, after)
  cross join lateral (
    select * from (
      select x.${position} as "watchedPosition", ${columns('x')},
        row_number() over stretch as "watchedNumber", count(*) over () as "watchedCount",
        sum(${bytes}) over stretch - (${bytes}) as "watchedBytes"
      from (
        select * from ${table} x where x.${run} = wanted.id and x.${position} > wanted.after
        order by x.${position} limit $3 + 1
      ) x
      window stretch as (order by x.${position})
    ) stretch
    where "watchedNumber" <= $3 and "watchedBytes" <= $4
  ) news
  order by wanted.id, news."watchedPosition"`;

const AFTER = Object.fromEntries(
  Object.entries(STREAMS).map(([name, stream]) => [name, statement(`${name}.after`, after(stream))]),
) as Record<StreamName, Statement>; // Object.fromEntries forgets the keys it was given.

const reading =
  <Raw extends object, Row>(name: StreamName, fromRow: (raw: Raw) => Row) =>
  /** Reads all wanted streams with one statement. */
  async (database: Queryable, wanted: readonly Wanted[], limits: StreamLimits): Promise<StreamRows<Row>> => {
    const news: StreamRows<Row> = new Map();
    if (wanted.length === 0) return news;
    const read = await database.query<Raw & Watched>(AFTER[name], [
      wanted.map(({ id }) => id),
      wanted.map(({ after }) => after),
      limits.rows,
      limits.bytes,
    ]);
    for (const { watchedId, watchedPosition, watchedNumber, watchedCount, watchedBytes: _, ...raw } of read) {
      const event = { position: watchedPosition, row: fromRow(raw as unknown as Raw) }; // What is left of Raw & Watched.
      const found = news.get(watchedId) ?? { rows: [], complete: false };
      found.rows.push(event);
      found.complete = watchedNumber === watchedCount;
      news.set(watchedId, found);
    }
    return news;
  };

/** What the statement returns in addition to the row. */
interface Watched {
  watchedId: string;
  watchedPosition: number;
  watchedNumber: number;
  watchedCount: number;
  watchedBytes: number;
}

const asIs = (log: Log): Log => log;

/** Positions are versions. */
export const flowRunStatesAfter = reading<StoredState<FlowRunState>, FlowRunState>('flowRunStates', stateFromRow);
/** Positions are versions. */
export const taskRunStatesAfter = reading<StoredState<TaskRunState>, TaskRunState>('taskRunStates', stateFromRow);
/** The states of all task runs of a flow run, in commit order. */
export const flowRunTaskRunStatesAfter = reading<StoredState<TaskRunState>, TaskRunState>(
  'flowRunTaskRunStates',
  stateFromRow,
);
/** Positions are line numbers of the flow run, without gaps. */
export const flowRunLogsAfter = reading<Log, Log>('flowRunLogs', asIs);
/** Positions are line numbers of the flow run that the task run is in: they grow, with gaps. */
export const taskRunLogsAfter = reading<Log, Log>('taskRunLogs', asIs);
