import { type Queryable, statement } from '../connection/database.ts';

const OWNERS = statement(
  'taskRunStates.owners',
  'select id, task_run_id as "taskRunId" from task_run_state where id = any($1::uuid[])',
);

/** Of those of these states that exist already: the ids of their task runs, by the ids of the states. */
export async function ownersOfTaskRunStates(
  transaction: Queryable,
  ids: readonly string[],
): Promise<Map<string, string>> {
  const rows = await transaction.query<{ id: string; taskRunId: string }>(OWNERS, [ids]);
  return new Map(rows.map(({ id, taskRunId }) => [id, taskRunId]));
}
