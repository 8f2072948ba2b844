import { EVERYTHING, type Filter } from '../../core/filters/filter.ts';
import type { JsonObject } from '../../core/values/jsonObject.ts';
import type { Page, PageRequest } from '../../core/values/page.ts';
import { DEFAULT_QUEUE, type WorkQueue } from '../../core/workPools/workPool.ts';
import { type Models, type Queryable, statement } from '../connection/database.ts';
import { BOOLEAN, type ColumnTypes, INTEGER, TEXT, TIME, UUID } from '../query/columnTypes.ts';
import { tenantRows } from '../query/listRows.ts';
import { readById } from '../query/readById.ts';
import { readChildCounts, readCount } from '../query/readCounts.ts';
import { readChildPages, readPage } from '../query/readPages.ts';
import { selectList } from '../query/selectList.ts';
import { columnKey, type Order, type Source } from '../query/source.ts';

const WORK_QUEUE: ColumnTypes<WorkQueue> = {
  id: UUID,
  created: TIME,
  updated: TIME,
  tenantId: UUID,
  workPoolId: UUID,
  name: TEXT,
  description: TEXT,
  isPaused: BOOLEAN,
  concurrencyLimit: INTEGER,
  priority: INTEGER,
  lastPolled: TIME,
};
const workQueueColumns = selectList(WORK_QUEUE);

const WORK_QUEUES: Source<WorkQueue, WorkQueue> = {
  name: 'workQueues',
  table: 'work_queue',
  ofTenant: 'x.tenant_id = $2',
  columns: workQueueColumns,
  wide: [],
  fromRow: (row) => row,
};

/** The order in which workers take runs from the queues of a pool. */
const SERVED: Order<WorkQueue> = { keys: [columnKey('priority', 'int'), columnKey('id', 'uuid')], descending: false };

export interface WorkQueueList {
  filter?: Filter;
  page?: PageRequest;
}

export const workQueuesById = readById(WORK_QUEUES);

export const workQueuePage = (
  database: Queryable,
  tenantId: string,
  { filter = EVERYTHING, page = {} }: WorkQueueList,
): Promise<Page<WorkQueue>> =>
  readPage(database, WORK_QUEUES, {
    list: 'workQueues',
    rows: tenantRows('workQueue', tenantId, filter),
    order: SERVED,
    page,
  });

/** Returns the exact count, or `atMost` if it is not lower. */
export const workQueueCount = (
  database: Queryable,
  tenantId: string,
  filter: Filter = EVERYTHING,
  atMost: number | null = null,
): Promise<number> => readCount(database, WORK_QUEUES, tenantRows('workQueue', tenantId, filter), atMost);

/** Returns a page of the queues of each work pool, by priority. */
export const workQueuesOf = (
  database: Queryable,
  tenantId: string,
  workPoolIds: readonly string[],
  { filter = EVERYTHING, page = {} }: WorkQueueList,
) =>
  readChildPages(database, WORK_QUEUES, workPoolIds, {
    list: (id) => `workPoolQueues:${id}`,
    rows: tenantRows('workQueue', tenantId, filter),
    order: SERVED,
    page,
    parent: 'workPoolId',
    parentOf: ({ workPoolId }) => workPoolId,
  });

export const workQueueCountsOf = (
  database: Queryable,
  tenantId: string,
  workPoolIds: readonly string[],
  filter: Filter,
  atMost: number,
): Promise<Map<string, number>> =>
  readChildCounts(database, WORK_QUEUES, workPoolIds, 'workPoolId', tenantRows('workQueue', tenantId, filter), atMost);

const DEFAULTS = statement(
  'workQueues.defaults',
  `select ${workQueueColumns('x')} from work_queue x where x.work_pool_id = any($1::uuid[]) and x.name = $2`,
);

/** Returns the default queue of each pool. */
export async function defaultQueuesOf(
  database: Queryable,
  workPoolIds: readonly string[],
): Promise<Map<string, WorkQueue>> {
  const rows = await database.query<WorkQueue>(DEFAULTS, [workPoolIds, DEFAULT_QUEUE]);
  return new Map(rows.map((row) => [row.workPoolId, row]));
}

/** A pool with the requested queue. `workQueueId` is null if the pool has no queue with this name. */
export interface FoundQueue {
  workPoolId: string;
  workQueueId: string | null;
  baseJobTemplate: JsonObject;
}

const BY_NAMES = statement(
  'workQueues.byNames',
  `select p.id as "workPoolId", q.id as "workQueueId", p.base_job_template as "baseJobTemplate"
   from work_pool p left join work_queue q on q.work_pool_id = p.id and q.name = $3
   where p.tenant_id = $1 and p.name = $2`,
);

/** Returns the queue with this name in the pool with this name; null if there is no such pool. */
export async function findWorkQueue(
  database: Queryable,
  tenantId: string,
  workPoolName: string,
  workQueueName: string,
): Promise<FoundQueue | null> {
  const [row] = await database.query<FoundQueue>(BY_NAMES, [tenantId, workPoolName, workQueueName]);
  return row ?? null;
}

/** Returns true if the pool has no queue with this name. */
export const workQueueNameIsFree = async ({ prisma }: Models, workPoolId: string, name: string): Promise<boolean> =>
  (await prisma.workQueue.findUnique({ where: { workPoolId_name: { workPoolId, name } }, select: { id: true } })) ===
  null;

const SIBLING = statement(
  'workQueues.sibling',
  `select o.id from work_queue q join work_queue o on o.work_pool_id = q.work_pool_id where q.id = $1 and o.name = $2`,
);

/** Returns the id of the queue with this name in the same pool as another queue, or null. */
export async function siblingQueue(database: Queryable, id: string, name: string): Promise<string | null> {
  const [row] = await database.query<{ id: string }>(SIBLING, [id, name]);
  return row?.id ?? null;
}
