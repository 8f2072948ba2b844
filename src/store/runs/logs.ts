import { EVERYTHING, type Filter } from '../../core/filters/filter.ts';
import type { Log } from '../../core/runs/run.ts';
import type { Page, PageRequest } from '../../core/values/page.ts';
import type { Queryable } from '../connection/database.ts';
import { readById } from '../query/readById.ts';
import { readChildCounts, readCount } from '../query/readCounts.ts';
import { readChildPages, readPage } from '../query/readPages.ts';
import { logColumns } from '../query/rows.ts';
import { LOG_ORDERS, type LogSort, lineOrder } from '../query/sortOrders.ts';
import type { Source } from '../query/source.ts';
import { tenantWhere } from '../query/tenantWhere.ts';

const LOGS: Source<Log, Log> = {
  name: 'logs',
  table: 'log',
  ofTenant: 'x.tenant_id = $2',
  columns: logColumns,
  wide: [],
  fromRow: (row) => row,
};

export const logsById = readById(LOGS);

export interface LogList {
  filter?: Filter;
  sort?: LogSort;
  page?: PageRequest;
}

/** Lines of any runs, by time. */
export const logPage = (
  database: Queryable,
  tenantId: string,
  { filter = EVERYTHING, sort = 'TIMESTAMP_ASC', page = {} }: LogList,
): Promise<Page<Log>> =>
  readPage(database, LOGS, {
    list: `logs.${sort}`,
    where: tenantWhere('log', tenantId, filter),
    order: LOG_ORDERS[sort],
    page,
  });

/** Exact, or `atMost` where there are as many or more. */
export const logCount = (
  database: Queryable,
  tenantId: string,
  filter: Filter = EVERYTHING,
  atMost: number | null = null,
): Promise<number> => readCount(database, LOGS, tenantWhere('log', tenantId, filter), atMost);

/**
 * What lines are children of. All lines of a flow run are found by `run_id`, which has the index that numbers them;
 * those of a task run by `task_run_id`, for the numbers of its flow run's lines run through it.
 */
const PARENTS = {
  flowRun: { parent: 'runId', parentOf: ({ flowRunId }: Log) => flowRunId },
  taskRun: { parent: 'taskRunId', parentOf: ({ taskRunId }: Log) => taskRunId },
} as const;
export type LogParent = keyof typeof PARENTS;

export interface LineList {
  filter?: Filter;
  newestFirst?: boolean;
  page?: PageRequest;
}

/** The lines of flow runs, or of task runs, by number. */
export const logsOf = (
  database: Queryable,
  tenantId: string,
  of: LogParent,
  runIds: readonly string[],
  { filter = EVERYTHING, newestFirst = false, page = {} }: LineList,
): Promise<Map<string, Page<Log>>> =>
  readChildPages(database, LOGS, runIds, {
    ...PARENTS[of],
    list: (id) => `${of}Logs:${id}`,
    where: tenantWhere('log', tenantId, filter),
    order: lineOrder(newestFirst),
    page,
  });

export const logCountsOf = (
  database: Queryable,
  tenantId: string,
  of: LogParent,
  runIds: readonly string[],
  filter: Filter,
  atMost: number,
): Promise<Map<string, number>> =>
  readChildCounts(database, LOGS, runIds, PARENTS[of].parent, tenantWhere('log', tenantId, filter), atMost);
