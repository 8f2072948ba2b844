import { sql } from 'kysely';
import type { TaskRunState } from '../core/state.ts';
import type { Queryable } from './database.ts';
import type { StateList } from './flowRunStates.ts';
import { readById } from './readById.ts';
import { readChildCounts } from './readCounts.ts';
import { readChildPages } from './readPages.ts';
import { type StoredState, stateFromRow, taskRunStateColumns } from './rows.ts';
import { versionOrder } from './sortOrders.ts';
import type { Lean, Source } from './source.ts';

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
