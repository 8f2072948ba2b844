import { EVERYTHING, type Filter } from '../../core/filters/filter.ts';
import type { Page, PageRequest } from '../../core/values/page.ts';
import type { WorkPool } from '../../core/workPools/workPool.ts';
import { type Queryable, statement } from '../connection/database.ts';
import { BOOLEAN, type ColumnTypes, INTEGER, JSONB, TEXT, TIME, UUID } from '../query/columnTypes.ts';
import { readById } from '../query/readById.ts';
import { readCount } from '../query/readCounts.ts';
import { readPage } from '../query/readPages.ts';
import { selectList } from '../query/selectList.ts';
import { FLOW_ORDERS, type FlowSort } from '../query/sortOrders.ts';
import type { Lean, Source } from '../query/source.ts';
import { tenantWhere } from '../query/tenantWhere.ts';

/** A work pool as lists read it that do not show its template. */
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
  /** False leaves out what `LeanWorkPool` has not. */
  wide?: boolean;
}

export const workPoolsById = readById(WORK_POOLS);

export const workPoolPage = (
  database: Queryable,
  tenantId: string,
  { filter = EVERYTHING, sort = 'NAME_ASC', page = {}, wide = true }: WorkPoolList,
): Promise<Page<LeanWorkPool>> =>
  readPage(database, WORK_POOLS, {
    list: `workPools.${sort}`,
    where: tenantWhere('workPool', tenantId, filter),
    order: FLOW_ORDERS[sort],
    page,
    wide,
  });

/** Exact, or `atMost` where there are as many or more. */
export const workPoolCount = (
  database: Queryable,
  tenantId: string,
  filter: Filter = EVERYTHING,
  atMost: number | null = null,
): Promise<number> => readCount(database, WORK_POOLS, tenantWhere('workPool', tenantId, filter), atMost);

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

/** How many runs of each pool are at work: PENDING, RUNNING or CANCELLING. Every pool is in the map. */
export async function activeRunsOfPools(database: Queryable, ids: readonly string[]): Promise<Map<string, number>> {
  const rows = await database.query<{ id: string; count: number }>(ACTIVE, [ids]);
  return new Map([...ids.map((id) => [id, 0] as const), ...rows.map(({ id, count }) => [id, count] as const)]);
}
