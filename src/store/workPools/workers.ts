import type { PageRequest } from '../../core/values/page.ts';
import type { Worker } from '../../core/workPools/workPool.ts';
import { type Models, type Queryable, statement } from '../connection/database.ts';
import { type ColumnTypes, INTEGER, TEXT, TIME, UUID } from '../query/columnTypes.ts';
import { EVERY_ROW } from '../query/listRows.ts';
import { readById } from '../query/readById.ts';
import { readChildCounts } from '../query/readCounts.ts';
import { readChildPages } from '../query/readPages.ts';
import { selectList } from '../query/selectList.ts';
import { columnKey, type Order, type Source } from '../query/source.ts';
import { hadCount } from '../tenants/tenantScope.ts';

const WORKER: ColumnTypes<Worker> = {
  id: UUID,
  created: TIME,
  updated: TIME,
  workPoolId: UUID,
  name: TEXT,
  lastHeartbeat: TIME,
  heartbeatIntervalSeconds: INTEGER,
};

const WORKERS: Source<Worker, Worker> = {
  name: 'workers',
  table: 'worker',
  ofTenant: 'exists (select from work_pool p where p.id = x.work_pool_id and p.tenant_id = $2)',
  columns: selectList(WORKER),
  wide: [],
  fromRow: (row) => row,
};

/** The most recent heartbeat first. */
const LAST_SEEN: Order<Worker> = {
  keys: [columnKey('lastHeartbeat', 'time'), columnKey('id', 'uuid')],
  descending: true,
};

export const workersById = readById(WORKERS);

/** Returns a page of the workers of each work pool. */
export const workersOf = (database: Queryable, workPoolIds: readonly string[], page: PageRequest) =>
  readChildPages(database, WORKERS, workPoolIds, {
    list: (id) => `workers:${id}`,
    rows: EVERY_ROW,
    order: LAST_SEEN,
    page,
    parent: 'workPoolId',
    parentOf: ({ workPoolId }) => workPoolId,
  });

export const workerCountsOf = (
  database: Queryable,
  workPoolIds: readonly string[],
  atMost: number,
): Promise<Map<string, number>> => readChildCounts(database, WORKERS, workPoolIds, 'workPoolId', EVERY_ROW, atMost);

const HEARTBEAT = statement(
  'workers.heartbeat',
  `insert into worker (id, work_pool_id, name, last_heartbeat, heartbeat_interval_seconds)
   values ($1, $2, $3, clock_timestamp(), coalesce($4, 30))
   on conflict (work_pool_id, name) do update set last_heartbeat = excluded.last_heartbeat, updated = now(),
     heartbeat_interval_seconds = coalesce($4, worker.heartbeat_interval_seconds)
   returning id`,
);

/** Records a heartbeat, and creates the worker if it is new. Returns its id. */
export async function noteHeartbeat(
  transaction: Queryable,
  worker: { id: string; workPoolId: string; name: string; heartbeatIntervalSeconds: number | null },
): Promise<string> {
  const { id, workPoolId, name, heartbeatIntervalSeconds } = worker;
  const [row] = await transaction.query<{ id: string }>(HEARTBEAT, [id, workPoolId, name, heartbeatIntervalSeconds]);
  if (!row) throw new Error('an upsert gave no row');
  return row.id;
}

/** Returns whether there was such a worker. */
export const deleteWorkerRow = async ({ prisma }: Models, tenantId: string, id: string): Promise<boolean> =>
  hadCount(await prisma.worker.deleteMany({ where: { id, workPool: { tenantId } } }));
