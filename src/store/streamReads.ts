import type { Log } from '../core/run.ts';
import type { FlowRunState, TaskRunState } from '../core/state.ts';
import { type Queryable, type Statement, statement } from './database.ts';
import { flowRunStateColumns, logColumns, type StoredState, stateFromRow, taskRunStateColumns } from './rows.ts';

// What streams read. The rows of one stream carry a number that was given out under a row lock held until commit, so
// that "above my last number, in order" can never skip a row that commits later. That is why no snapshot is looked at.

interface Stream {
  table: string;
  /** The column that holds the id of the run watched. */
  run: string;
  /** The column that numbers the rows of one run. */
  position: string;
  columns: (alias: string) => string;
}

const STREAMS = {
  flowRunStates: {
    table: 'flow_run_state',
    run: 'flow_run_id',
    position: 'version',
    columns: flowRunStateColumns,
  },
  taskRunStates: {
    table: 'task_run_state',
    run: 'task_run_id',
    position: 'version',
    columns: taskRunStateColumns,
  },
  flowRunTaskRunStates: {
    table: 'task_run_state',
    run: 'flow_run_id',
    position: 'position',
    columns: taskRunStateColumns,
  },
  // `run_id` has the unique index; of a flow run's lines it is the flow run's id.
  flowRunLogs: { table: 'log', run: 'run_id', position: 'number', columns: logColumns },
  taskRunLogs: { table: 'log', run: 'task_run_id', position: 'number', columns: logColumns },
} as const satisfies Record<string, Stream>;

export type StreamName = keyof typeof STREAMS;

/** The last position that was seen of a run; 0 reads from its beginning. */
export interface Wanted {
  id: string;
  after: number;
}

/** By the id of the run watched: the rows after the position wanted, in order. A run without news is absent. */
export type StreamRows<Row> = Map<string, { position: number; row: Row }[]>;

const after = ({ table, run, position, columns }: Stream) => `
  select wanted.id as "watchedId", news.*
  from unnest($1::uuid[], $2::bigint[]) as wanted (id, after)
  cross join lateral (
    select x.${position} as "watchedPosition", ${columns('x')}
    from ${table} x
    where x.${run} = wanted.id and x.${position} > wanted.after
    order by x.${position}
    limit $3
  ) news
  order by wanted.id, news."watchedPosition"`;

const AFTER = Object.fromEntries(
  Object.entries(STREAMS).map(([name, stream]) => [name, statement(`${name}.after`, after(stream))]),
) as Record<StreamName, Statement>; // Object.fromEntries forgets the keys it was given.

const reading =
  <Raw extends object, Row>(name: StreamName, fromRow: (raw: Raw) => Row) =>
  /** One statement for all that is wanted, at most `limit` rows of each run. */
  async (database: Queryable, wanted: readonly Wanted[], limit: number): Promise<StreamRows<Row>> => {
    const news: StreamRows<Row> = new Map();
    if (wanted.length === 0) return news;
    const rows = await database.query<Raw & { watchedId: string; watchedPosition: number }>(AFTER[name], [
      wanted.map(({ id }) => id),
      wanted.map(({ after }) => after),
      limit,
    ]);
    for (const { watchedId, watchedPosition, ...raw } of rows) {
      const event = { position: watchedPosition, row: fromRow(raw as unknown as Raw) }; // What is left of Raw & {...}.
      const events = news.get(watchedId);
      if (events) events.push(event);
      else news.set(watchedId, [event]);
    }
    return news;
  };

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
