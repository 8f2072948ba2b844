import { type Queryable, statement } from './database.ts';

const KNOWN = statement('taskRunStates.known', 'select id from task_run_state where id = any($1::uuid[])');

/** Which of these states are in the history already. */
export async function knownTaskRunStates(transaction: Queryable, ids: readonly string[]): Promise<Set<string>> {
  return new Set((await transaction.query<{ id: string }>(KNOWN, [ids])).map(({ id }) => id));
}
