import type { Log } from '../../core/runs/run.ts';
import { formatInstant } from '../../core/values/instant.ts';
import { type Queryable, statement } from '../connection/database.ts';

export type TimedLine = Pick<Log, 'number' | 'timestamp' | 'level' | 'flowRunId' | 'taskRunId' | 'message'>;

/** How much is read at once. At least one line is, however long. */
export interface ReadSize {
  rows: number;
  bytes: number;
}

const LAST = statement('logs.lastNumber', 'select logs as last from run_counter where run_id = $1');

// A line counts its predecessors' bytes, so that the first always comes. Its own need not be read to be counted.
const READ = statement(
  'logs.byTime',
  `select number, timestamp, level, flow_run_id as "flowRunId", task_run_id as "taskRunId", message from (
     select line.*, sum(octet_length(message)) over stretch - octet_length(message) as bytes_before from (
       select * from log where run_id = $1 and number <= $2 and (timestamp, number) > ($3::timestamptz, $4::int8)
       order by timestamp, number limit $5
     ) line window stretch as (order by timestamp, number)
   ) line where bytes_before <= $6 order by timestamp, number`,
);

/**
 * The lines that a flow run has at this moment, by time, those of one time by number, some at a time. No connection is held
 * between two reads, so that a slow reader costs nobody anything; and what is written meanwhile, which may be much, is not
 * waited for.
 */
export async function* linesByTime(
  database: Queryable,
  flowRunId: string,
  size: ReadSize,
): AsyncGenerator<TimedLine[], void, void> {
  const [counter] = await database.query<{ last: number }>(LAST, [flowRunId]);
  const last = counter?.last ?? 0;
  let after = { timestamp: '-infinity', number: 0 };
  for (;;) {
    const values = [flowRunId, last, after.timestamp, after.number, size.rows, size.bytes];
    const lines = await database.query<TimedLine>(READ, values);
    const end = lines.at(-1);
    if (!end) return;
    yield lines;
    after = { timestamp: formatInstant(end.timestamp), number: end.number };
  }
}
