import { EVERYTHING, type Filter } from '../../core/filters/filter.ts';
import type { TaskRun } from '../../core/runs/run.ts';
import type { PageRequest } from '../../core/values/page.ts';
import type { Queryable } from '../connection/database.ts';
import { tenantRows } from '../query/listRows.ts';
import { readById } from '../query/readById.ts';
import { readChildCounts, readCount } from '../query/readCounts.ts';
import { readChildPages, readPage } from '../query/readPages.ts';
import { RUN_ORDERS, type RunSort } from '../query/sortOrders.ts';
import type { Lean, Source } from '../query/source.ts';
import { type TaskRunRow, taskRunColumns, taskRunFromRow } from './taskRunRows.ts';

type Wide = 'taskInputs';
/** A task run in a list that does not show its inputs. */
export type LeanTaskRun = Lean<TaskRun, Wide>;

export const TASK_RUNS: Source<TaskRunRow, TaskRun, Wide> = {
  name: 'taskRuns',
  table: 'task_run',
  ofTenant: 'x.tenant_id = $2',
  columns: taskRunColumns,
  wide: ['taskInputs'],
  fromRow: taskRunFromRow,
};

export interface TaskRunList<IsWide extends boolean = boolean> {
  filter?: Filter;
  sort?: RunSort;
  page?: PageRequest;
  /** False reads `LeanTaskRun`s. Defaults to true. */
  wide?: IsWide | undefined;
}

/** The names of the lists in cursors. */
export const taskRunsName = (sort: string): string => `taskRuns.${sort}`;
export const taskRunsOfFlowRunName = (flowRunId: string, sort: string): string =>
  `flowRunTaskRuns:${flowRunId}.${sort}`;

export const taskRunsById = readById(TASK_RUNS);

export const taskRunPage = <IsWide extends boolean = true>(
  database: Queryable,
  tenantId: string,
  { filter = EVERYTHING, sort = 'ID_DESC', page = {}, wide }: TaskRunList<IsWide>,
) =>
  readPage(database, TASK_RUNS, {
    list: taskRunsName(sort),
    rows: tenantRows('taskRun', tenantId, filter),
    order: RUN_ORDERS[sort],
    page,
    wide,
  });

/** Exact, or `atMost` if there are at least that many. */
export const taskRunCount = (
  database: Queryable,
  tenantId: string,
  filter: Filter = EVERYTHING,
  atMost: number | null = null,
): Promise<number> => readCount(database, TASK_RUNS, tenantRows('taskRun', tenantId, filter), atMost);

/** The task runs of flow runs. */
export const taskRunsOf = <IsWide extends boolean = true>(
  database: Queryable,
  tenantId: string,
  flowRunIds: readonly string[],
  { filter = EVERYTHING, sort = 'ID_DESC', page = {}, wide }: TaskRunList<IsWide>,
) =>
  readChildPages(database, TASK_RUNS, flowRunIds, {
    list: (id) => taskRunsOfFlowRunName(id, sort),
    rows: tenantRows('taskRun', tenantId, filter),
    order: RUN_ORDERS[sort],
    page,
    wide,
    parent: 'flowRunId',
    parentOf: ({ flowRunId }) => flowRunId,
  });

export const taskRunCountsOf = (
  database: Queryable,
  tenantId: string,
  flowRunIds: readonly string[],
  filter: Filter,
  atMost: number,
): Promise<Map<string, number>> =>
  readChildCounts(database, TASK_RUNS, flowRunIds, 'flowRunId', tenantRows('taskRun', tenantId, filter), atMost);
