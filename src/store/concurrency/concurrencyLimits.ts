import { type SqlBool, sql } from 'kysely';
import type { ConcurrencyLimit, DeploymentConcurrency } from '../../core/concurrency/concurrency.ts';
import type { Page, PageRequest } from '../../core/values/page.ts';
import { type Queryable, statement } from '../connection/database.ts';
import { BOOLEAN, type ColumnTypes, INTEGER, TEXT, TIME, UUID } from '../query/columnTypes.ts';
import { readById } from '../query/readById.ts';
import { readCount } from '../query/readCounts.ts';
import { readPage } from '../query/readPages.ts';
import { selectList } from '../query/selectList.ts';
import { columnKey, type Source } from '../query/source.ts';

const CONCURRENCY_LIMIT: ColumnTypes<ConcurrencyLimit> = {
  id: UUID,
  created: TIME,
  updated: TIME,
  tenantId: UUID,
  name: TEXT,
  limit: INTEGER,
  active: BOOLEAN,
};
const concurrencyLimitColumns = selectList(CONCURRENCY_LIMIT);

const CONCURRENCY_LIMITS: Source<ConcurrencyLimit, ConcurrencyLimit> = {
  name: 'concurrencyLimits',
  table: 'concurrency_limit',
  ofTenant: 'x.tenant_id = $2',
  columns: concurrencyLimitColumns,
  wide: [],
  fromRow: (row) => row,
};

const ofTenant = (tenantId: string) => sql<SqlBool>`x.tenant_id = ${tenantId}`;

export const concurrencyLimitsById = readById(CONCURRENCY_LIMITS);

/** Limits, the newest first. */
export const concurrencyLimitPage = (
  database: Queryable,
  tenantId: string,
  page: PageRequest,
): Promise<Page<ConcurrencyLimit>> =>
  readPage(database, CONCURRENCY_LIMITS, {
    list: 'concurrencyLimits',
    where: ofTenant(tenantId),
    order: { keys: [columnKey('id', 'uuid')], descending: true },
    page,
  });

export const concurrencyLimitCount = (database: Queryable, tenantId: string, atMost: number): Promise<number> =>
  readCount(database, CONCURRENCY_LIMITS, ofTenant(tenantId), atMost);

const BY_NAME = statement(
  'concurrencyLimits.byName',
  `select ${concurrencyLimitColumns('x')} from concurrency_limit x where x.tenant_id = $1 and x.name = any($2::text[])`,
);

export const concurrencyLimitsByName = (
  database: Queryable,
  tenantId: string,
  names: readonly string[],
): Promise<ConcurrencyLimit[]> => database.query(BY_NAME, [tenantId, names]);

const OF_DEPLOYMENTS = statement(
  'deployments.concurrency',
  `select d.id as "deploymentId", d.collision_strategy as "collisionStrategy",
     d.grace_period_seconds as "gracePeriodSeconds", ${concurrencyLimitColumns('x')}
   from deployment d left join concurrency_limit x on x.id = d.concurrency_limit_id
   where d.id = any($2::uuid[]) and d.tenant_id = $1`,
);

type DeploymentRow = Omit<DeploymentConcurrency, 'limit'> & { deploymentId: string } & {
  [Column in keyof ConcurrencyLimit]: ConcurrencyLimit[Column] | null;
};

/** What deployments say of the concurrency of their runs, by their ids. */
export async function deploymentConcurrencies(
  database: Queryable,
  tenantId: string,
  deploymentIds: readonly string[],
): Promise<Map<string, DeploymentConcurrency>> {
  const rows = await database.query<DeploymentRow>(OF_DEPLOYMENTS, [tenantId, deploymentIds]);
  return new Map(
    rows.map(({ deploymentId, collisionStrategy, gracePeriodSeconds, ...limit }) => [
      deploymentId,
      // The columns of a limit are null together.
      { collisionStrategy, gracePeriodSeconds, limit: limit.id === null ? null : (limit as ConcurrencyLimit) },
    ]),
  );
}
