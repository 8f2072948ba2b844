import type { CollisionStrategy, ConcurrencyLimit, DeploymentConcurrency } from '../../core/concurrency/concurrency.ts';
import type { Page, PageRequest } from '../../core/values/page.ts';
import { type Models, type Queryable, type Store, statement } from '../connection/database.ts';
import { lockRow } from '../connection/lockRow.ts';
import { withInstants } from '../connection/withInstants.ts';
import { BOOLEAN, type ColumnTypes, INTEGER, TEXT, TIME, UUID } from '../query/columnTypes.ts';
import { rowsWith } from '../query/listRows.ts';
import { readCount } from '../query/readCounts.ts';
import { readPage } from '../query/readPages.ts';
import { selectList } from '../query/selectList.ts';
import { columnKey, type Order, type Source } from '../query/source.ts';
import { hadCount } from '../tenants/tenantScope.ts';
import { releaseAllSlots } from './concurrencySlotWrites.ts';

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

const ofTenant = (tenantId: string) => rowsWith('tenant_id', tenantId);
const NEWEST_FIRST: Order<ConcurrencyLimit> = { keys: [columnKey('id', 'uuid')], descending: true };

/** Returns limits by their ids, in no order, without those of other tenants. */
export async function concurrencyLimitsById(
  { prisma }: Models,
  tenantId: string,
  ids: readonly string[],
): Promise<ConcurrencyLimit[]> {
  return (await prisma.concurrencyLimit.findMany({ where: { id: { in: [...ids] }, tenantId } })).map(withInstants);
}

/** Returns limits, newest first. */
export const concurrencyLimitPage = (
  database: Queryable,
  tenantId: string,
  page: PageRequest,
): Promise<Page<ConcurrencyLimit>> =>
  readPage(database, CONCURRENCY_LIMITS, {
    list: 'concurrencyLimits',
    rows: ofTenant(tenantId),
    order: NEWEST_FIRST,
    page,
  });

export const concurrencyLimitCount = (database: Queryable, tenantId: string, atMost: number): Promise<number> =>
  readCount(database, CONCURRENCY_LIMITS, ofTenant(tenantId), atMost);

/** Returns limits by their names, in no order. */
export async function concurrencyLimitsByName(
  { prisma }: Models,
  tenantId: string,
  names: readonly string[],
): Promise<ConcurrencyLimit[]> {
  const where = { tenantId, name: { in: [...names] } };
  return (await prisma.concurrencyLimit.findMany({ where })).map(withInstants);
}

// A join, because Prisma would send a statement for each of the two tables.
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

/** Returns the concurrency settings of deployments, by their ids. */
export async function deploymentConcurrencies(
  database: Queryable,
  tenantId: string,
  deploymentIds: readonly string[],
): Promise<Map<string, DeploymentConcurrency>> {
  const rows = await database.query<DeploymentRow>(OF_DEPLOYMENTS, [tenantId, deploymentIds]);
  return new Map(
    rows.map(({ deploymentId, collisionStrategy, gracePeriodSeconds, ...limit }) => [
      deploymentId,
      // The columns of a limit are all null or none.
      { collisionStrategy, gracePeriodSeconds, limit: limit.id === null ? null : (limit as ConcurrencyLimit) },
    ]),
  );
}

export type NewConcurrencyLimit = Omit<ConcurrencyLimit, 'created' | 'updated'>;

/** Returns false, and changes nothing, if the tenant has a limit with this name. */
export const insertConcurrencyLimit = async (
  { prisma }: Models,
  { id, tenantId, name, limit, active }: NewConcurrencyLimit,
): Promise<boolean> => {
  const data = [{ id, tenantId, name, limit, active }];
  return hadCount(await prisma.concurrencyLimit.createMany({ data, skipDuplicates: true }));
};

/** Changes what is not null. Returns the id of the limit, or null if the tenant has none with this name. */
export async function updateConcurrencyLimitColumns(
  { prisma }: Models,
  tenantId: string,
  name: string,
  { limit, active }: { limit: number | null; active: boolean | null },
): Promise<string | null> {
  const [row] = await prisma.concurrencyLimit.updateManyAndReturn({
    where: { tenantId, name },
    // Prisma sets `updated` only with other columns.
    data: { ...(limit !== null && { limit }), ...(active !== null && { active }), updated: new Date() },
    select: { id: true },
  });
  return row?.id ?? null;
}

/** Locks a limit until the transaction ends, so that no run takes a slot of it. Returns its id, or null. */
export async function lockConcurrencyLimit(transaction: Store, tenantId: string, name: string): Promise<string | null> {
  const where = { tenantId_name: { tenantId, name } };
  const limit = await transaction.prisma.concurrencyLimit.findUnique({ where, select: { id: true } });
  return limit && (await lockRow(transaction, 'concurrency_limit', limit.id)) ? limit.id : null;
}

/** Deletes a locked limit with its slots. */
export async function deleteLockedLimit(transaction: Store, limitId: string): Promise<void> {
  await releaseAllSlots(transaction, limitId);
  await transaction.prisma.concurrencyLimit.deleteMany({ where: { id: limitId } });
}

/** Points a deployment of the tenant to the limit with this name, if there is one. What is undefined stays. */
export async function setDeploymentConcurrency(
  { prisma }: Models,
  { tenantId, id }: { tenantId: string; id: string },
  limitName: string,
  {
    collisionStrategy,
    gracePeriodSeconds,
  }: { collisionStrategy: CollisionStrategy | undefined; gracePeriodSeconds: number | null | undefined },
): Promise<void> {
  const where = { tenantId_name: { tenantId, name: limitName } };
  const limit = await prisma.concurrencyLimit.findUnique({ where, select: { id: true } });
  await prisma.deployment.updateMany({
    where: { id, tenantId },
    data: {
      concurrencyLimitId: limit?.id ?? null,
      ...(collisionStrategy !== undefined && { collisionStrategy }),
      ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
    },
  });
}
