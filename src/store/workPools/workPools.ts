import { EVERYTHING, type Filter } from '../../core/filters/filter.ts';
import type { JsonObject } from '../../core/values/jsonObject.ts';
import type { Page, PageRequest } from '../../core/values/page.ts';
import type { WorkPool } from '../../core/workPools/workPool.ts';
import { type Models, type Queryable, statement } from '../connection/database.ts';
import { withJsonColumns } from '../connection/jsonColumn.ts';
import { withInstants } from '../connection/withInstants.ts';
import { BOOLEAN, type ColumnTypes, INTEGER, JSONB, TEXT, TIME, UUID } from '../query/columnTypes.ts';
import { tenantRows } from '../query/listRows.ts';
import { readCount } from '../query/readCounts.ts';
import { readPage } from '../query/readPages.ts';
import { selectList } from '../query/selectList.ts';
import { FLOW_ORDERS, type FlowSort } from '../query/sortOrders.ts';
import type { Lean, Source } from '../query/source.ts';
import { hadCount } from '../tenants/tenantScope.ts';

/** A work pool without its template, which is read only if it is selected. */
export type LeanWorkPool = Lean<WorkPool, 'baseJobTemplate'>;

const WORK_POOL: ColumnTypes<WorkPool> = {
  id: UUID,
  created: TIME,
  updated: TIME,
  tenantId: UUID,
  name: TEXT,
  type: TEXT,
  description: TEXT,
  baseJobTemplate: JSONB,
  isPaused: BOOLEAN,
  concurrencyLimit: INTEGER,
};

const WORK_POOLS: Source<WorkPool, WorkPool, 'baseJobTemplate'> = {
  name: 'workPools',
  table: 'work_pool',
  ofTenant: 'x.tenant_id = $2',
  columns: selectList(WORK_POOL),
  wide: ['baseJobTemplate'],
  fromRow: (row) => row,
};

export interface WorkPoolList {
  filter?: Filter;
  sort?: FlowSort;
  page?: PageRequest;
  /** False leaves out the template. */
  wide?: boolean;
}

/** Returns work pools by their ids, in no order, without those of other tenants. */
export async function workPoolsById({ prisma }: Models, tenantId: string, ids: readonly string[]): Promise<WorkPool[]> {
  const pools = await prisma.workPool.findMany({ where: { id: { in: [...ids] }, tenantId } });
  // Templates were checked before they were stored.
  return pools.map((pool) => ({ ...withInstants(pool), baseJobTemplate: pool.baseJobTemplate as JsonObject }));
}

/** The same without their templates. */
export async function leanWorkPoolsById(
  { prisma }: Models,
  tenantId: string,
  ids: readonly string[],
): Promise<LeanWorkPool[]> {
  const where = { id: { in: [...ids] }, tenantId };
  return (await prisma.workPool.findMany({ where, omit: { baseJobTemplate: true } })).map(withInstants);
}

export const workPoolPage = (
  database: Queryable,
  tenantId: string,
  { filter = EVERYTHING, sort = 'NAME_ASC', page = {}, wide = true }: WorkPoolList,
): Promise<Page<LeanWorkPool>> =>
  readPage(database, WORK_POOLS, {
    list: `workPools.${sort}`,
    rows: tenantRows('workPool', tenantId, filter),
    order: FLOW_ORDERS[sort],
    page,
    wide,
  });

/** Returns the exact count, or `atMost` if it is not lower. */
export const workPoolCount = (
  database: Queryable,
  tenantId: string,
  filter: Filter = EVERYTHING,
  atMost: number | null = null,
): Promise<number> => readCount(database, WORK_POOLS, tenantRows('workPool', tenantId, filter), atMost);

const BY_NAME = statement('workPools.idByName', 'select id from work_pool where tenant_id = $1 and name = $2');

export async function workPoolIdByName(database: Queryable, tenantId: string, name: string): Promise<string | null> {
  const [row] = await database.query<{ id: string }>(BY_NAME, [tenantId, name]);
  return row?.id ?? null;
}

const ACTIVE = statement(
  'workPools.activeRuns',
  `select q.work_pool_id as id, count(r.id) as count from work_queue q join flow_run r on r.work_queue_id = q.id
   where q.work_pool_id = any($1::uuid[]) and r.state_type in ('PENDING', 'RUNNING', 'CANCELLING') group by 1`,
);

/** Returns how many runs of each pool are PENDING, RUNNING or CANCELLING. Every pool is in the map. */
export async function activeRunsOfPools(database: Queryable, ids: readonly string[]): Promise<Map<string, number>> {
  const rows = await database.query<{ id: string; count: number }>(ACTIVE, [ids]);
  return new Map([...ids.map((id) => [id, 0] as const), ...rows.map(({ id, count }) => [id, count] as const)]);
}

type NewWorkPool = Omit<WorkPool, 'created' | 'updated'>;

/** Returns false, and changes nothing, if the tenant has a pool with this name. */
export async function insertWorkPool({ prisma }: Models, pool: NewWorkPool): Promise<boolean> {
  const data = [withJsonColumns(pool, ['baseJobTemplate'])];
  return hadCount(await prisma.workPool.createMany({ data, skipDuplicates: true }));
}

/** The columns to change. Absent ones stay unchanged. */
export type WorkPoolUpdate = Partial<
  Pick<WorkPool, 'description' | 'baseJobTemplate' | 'isPaused' | 'concurrencyLimit'>
>;

/** Returns whether there was such a pool. */
export async function updateWorkPoolColumns(
  { prisma }: Models,
  tenantId: string,
  id: string,
  update: WorkPoolUpdate,
): Promise<boolean> {
  // Prisma sets `updated` only with other columns.
  const data = { ...withJsonColumns(update, ['baseJobTemplate']), updated: new Date() };
  return hadCount(await prisma.workPool.updateMany({ where: { id, tenantId }, data }));
}

/**
 * Deletes a pool with its queues and workers. Its deployments and runs stay, without a queue. Returns whether there was
 * one.
 */
export const deleteWorkPoolRow = async ({ prisma }: Models, tenantId: string, id: string): Promise<boolean> =>
  hadCount(await prisma.workPool.deleteMany({ where: { id, tenantId } }));
