import { sql } from 'kysely';
import type { PageRequest } from '../../core/values/page.ts';
import type { Worker } from '../../core/workPools/workPool.ts';
import { type Queryable, statement } from '../connection/database.ts';
import { type ColumnTypes, INTEGER, TEXT, TIME, UUID } from '../query/columnTypes.ts';
import { readById } from '../query/readById.ts';
import { readChildCounts } from '../query/readCounts.ts';
import { readChildPages } from '../query/readPages.ts';
import { selectList } from '../query/selectList.ts';
import { columnKey, type Order, type Source } from '../query/source.ts';

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

/** Who was there last comes first. */
const LAST_SEEN: Order<Worker> = {
  keys: [columnKey('lastHeartbeat', 'time'), columnKey('id', 'uuid')],
  descending: true,
};

export const workersById = readById(WORKERS);

/** The workers of work pools. */
export const workersOf = (database: Queryable, workPoolIds: readonly string[], page: PageRequest) =>
  readChildPages(database, WORKERS, workPoolIds, {
    list: (id) => `workers:${id}`,
    where: sql`true`,
    order: LAST_SEEN,
    page,
    parent: 'workPoolId',
    parentOf: ({ workPoolId }) => workPoolId,
  });

export const workerCountsOf = (
  database: Queryable,
  workPoolIds: readonly string[],
  atMost: number,
): Promise<Map<string, number>> => readChildCounts(database, WORKERS, workPoolIds, 'workPoolId', sql`true`, atMost);

const HEARTBEAT = statement(
  'workers.heartbeat',
  `insert into worker (id, work_pool_id, name, last_heartbeat, heartbeat_interval_seconds)
   values ($1, $2, $3, clock_timestamp(), coalesce($4, 30))
   on conflict (work_pool_id, name) do update set last_heartbeat = excluded.last_heartbeat, updated = now(),
     heartbeat_interval_seconds = coalesce($4, worker.heartbeat_interval_seconds)
   returning id`,
);

/** Notes that a worker is there, one that was not known before as well; gives its id. */
export async function noteHeartbeat(
  transaction: Queryable,
  worker: { id: string; workPoolId: string; name: string; heartbeatIntervalSeconds: number | null },
): Promise<string> {
  const { id, workPoolId, name, heartbeatIntervalSeconds } = worker;
  const [row] = await transaction.query<{ id: string }>(HEARTBEAT, [id, workPoolId, name, heartbeatIntervalSeconds]);
  if (!row) throw new Error('an upsert gave no row');
  return row.id;
}

const DELETE = statement(
  'workers.delete',
  `delete from worker x where x.id = $1
     and exists (select from work_pool p where p.id = x.work_pool_id and p.tenant_id = $2) returning id`,
);

/** Whether there was such a worker. */
export const deleteWorkerRow = async (transaction: Queryable, tenantId: string, id: string): Promise<boolean> =>
  (await transaction.query(DELETE, [id, tenantId])).length > 0;
