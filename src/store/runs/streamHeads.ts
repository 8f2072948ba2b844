import { type Queryable, statement } from '../connection/database.ts';

// The head of a stream is read from the counter that assigns its numbers, not from its rows: it stays right if rows are
// deleted, and it takes one look-up by key. A run that does not exist has no head.
const STATEMENTS = {
  flowRunStates: statement(
    'streamHeads.flowRunStates',
    'select id, version as head from flow_run where id = any($1::uuid[])',
  ),
  taskRunStates: statement(
    'streamHeads.taskRunStates',
    'select id, version as head from task_run where id = any($1::uuid[])',
  ),
  flowRunTaskRunStates: statement(
    'streamHeads.flowRunTaskRunStates',
    `select r.id, coalesce(c.task_run_states, 0) as head
     from flow_run r left join run_counter c on c.run_id = r.id where r.id = any($1::uuid[])`,
  ),
  flowRunLogs: statement(
    'streamHeads.flowRunLogs',
    `select r.id, coalesce(c.logs, 0) as head
     from flow_run r left join run_counter c on c.run_id = r.id where r.id = any($1::uuid[])`,
  ),
  taskRunLogs: statement(
    'streamHeads.taskRunLogs',
    `select r.id, coalesce(c.logs, 0) as head
     from task_run r left join run_counter c on c.run_id = coalesce(r.flow_run_id, r.id) where r.id = any($1::uuid[])`,
  ),
} as const;

/** The last assigned position of each stream, by the id of its run; 0 before the first. Unknown runs are missing. */
export async function streamHeads(
  database: Queryable,
  stream: keyof typeof STATEMENTS,
  ids: readonly string[],
): Promise<Map<string, number>> {
  const rows = await database.query<{ id: string; head: number }>(STATEMENTS[stream], [ids]);
  return new Map(rows.map(({ id, head }) => [id, head]));
}
