import { sql } from 'kysely';
import type { TaskRunState } from '../../core/runs/state.ts';
import { type Queryable, statement } from '../connection/database.ts';
import type { StateList } from '../flowRuns/flowRunStates.ts';
import { readById } from '../query/readById.ts';
import { readChildCounts } from '../query/readCounts.ts';
import { readChildPages } from '../query/readPages.ts';
import { type StoredState, stateFromRow, taskRunStateColumns } from '../query/rows.ts';
import { versionOrder } from '../query/sortOrders.ts';
import type { Lean, Source } from '../query/source.ts';

/** A state as lists read it that do not show its data. */
export type LeanTaskRunState = Lean<TaskRunState, 'data'>;

const TASK_RUN_STATES: Source<StoredState<TaskRunState>, TaskRunState, 'data'> = {
  name: 'taskRunStates',
  table: 'task_run_state',
  ofTenant: 'exists (select from task_run r where r.id = x.task_run_id and r.tenant_id = $2)',
  columns: taskRunStateColumns,
  wide: ['data'],
  fromRow: stateFromRow,
};

export const taskRunStatesById = readById(TASK_RUN_STATES);

/** The histories of task runs. */
export const taskRunStatesOf = <IsWide extends boolean = true>(
  database: Queryable,
  taskRunIds: readonly string[],
  { newestFirst = false, page = {}, wide }: StateList<IsWide>,
) =>
  readChildPages(database, TASK_RUN_STATES, taskRunIds, {
    list: (id) => `taskRunStates:${id}`,
    where: sql`true`,
    order: versionOrder(newestFirst),
    page,
    wide,
    parent: 'taskRunId',
    parentOf: ({ taskRunId }) => taskRunId,
  });

export const taskRunStateCountsOf = (
  database: Queryable,
  taskRunIds: readonly string[],
  atMost: number,
): Promise<Map<string, number>> =>
  readChildCounts(database, TASK_RUN_STATES, taskRunIds, 'taskRunId', sql`true`, atMost);

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
