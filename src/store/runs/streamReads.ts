import type { Log } from '../../core/runs/run.ts';
import type { FlowRunState, TaskRunState } from '../../core/runs/state.ts';
import { type Queryable, type Statement, statement } from '../connection/database.ts';
import { flowRunStateColumns, logColumns, type StoredState, stateFromRow, taskRunStateColumns } from '../query/rows.ts';

// What streams read. The rows of one stream carry a number that was given out under a row lock held until commit, so
// that "above my last number, in order" can never skip a row that commits later. That is why no snapshot is looked at.

interface Stream {
  table: string;
  /** The column that holds the id of the run watched. */
  run: string;
  /** The column that numbers the rows of one run. */
  position: string;
  columns: (alias: string) => string;
  /** About how many bytes the wide columns of a row hold. */
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
  // `run_id` has the unique index; of a flow run's lines it is the flow run's id.
  flowRunLogs: { table: 'log', run: 'run_id', position: 'number', columns: logColumns, bytes: LINE_BYTES },
  taskRunLogs: { table: 'log', run: 'task_run_id', position: 'number', columns: logColumns, bytes: LINE_BYTES },
} as const satisfies Record<string, Stream>;

export type StreamName = keyof typeof STREAMS;

/** The last position that was seen of a run; 0 reads from its beginning. */
export interface Wanted {
  id: string;
  after: number;
}

/** How much is read of each run. At least one row is, however large. */
export interface StreamLimits {
  rows: number;
  bytes: number;
}

/** Rows after the position wanted, in order. `complete`: there were no more. */
export interface StreamNews<Row> {
  rows: { position: number; row: Row }[];
  complete: boolean;
}

/** By the id of the run watched. A run without news is absent. */
export type StreamRows<Row> = Map<string, StreamNews<Row>>;

// A row counts its predecessors' bytes, so that the first always comes. One row more than asked for tells whether that was
// all; it is left away here.
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
  /** One statement for all that is wanted. */
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

/** What the statement says of a row beside the row. */
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
