import type { CollisionStrategy } from '../../core/concurrency/concurrency.ts';
import { type Queryable, statement } from '../connection/database.ts';

export interface NewConcurrencyLimit {
  id: string;
  tenantId: string;
  name: string;
  limit: number;
  active: boolean;
}

const INSERT = statement(
  'concurrencyLimits.insert',
  `insert into concurrency_limit (id, tenant_id, name, "limit", active) values ($1, $2, $3, $4, $5)
   on conflict (tenant_id, name) do nothing returning id`,
);

/** False where the tenant has a limit of this name, which stays as it is. */
export const insertConcurrencyLimit = async (
  transaction: Queryable,
  { id, tenantId, name, limit, active }: NewConcurrencyLimit,
): Promise<boolean> => (await transaction.query(INSERT, [id, tenantId, name, limit, active])).length > 0;

const UPDATE = statement(
  'concurrencyLimits.update',
  `update concurrency_limit set updated = now(), "limit" = coalesce($3, "limit"), active = coalesce($4, active)
   where tenant_id = $1 and name = $2 returning id`,
);

/** What is null stays. The id of the limit; null where the tenant has none of this name. */
export async function updateConcurrencyLimitColumns(
  transaction: Queryable,
  tenantId: string,
  name: string,
  { limit, active }: { limit: number | null; active: boolean | null },
): Promise<string | null> {
  const [row] = await transaction.query<{ id: string }>(UPDATE, [tenantId, name, limit, active]);
  return row?.id ?? null;
}

const LOCK = statement(
  'concurrencyLimits.lockByName',
  'select id from concurrency_limit where tenant_id = $1 and name = $2 for update',
);

/** Locks a limit until the transaction ends, and gives its id: nobody takes slots of it meanwhile. */
export async function lockConcurrencyLimit(
  transaction: Queryable,
  tenantId: string,
  name: string,
): Promise<string | null> {
  const [row] = await transaction.query<{ id: string }>(LOCK, [tenantId, name]);
  return row?.id ?? null;
}

// In the order of their ids, as by whoever else gives slots back.
const EMPTY = statement(
  'concurrencySlots.releaseAll',
  `delete from concurrency_slot where id in
     (select id from concurrency_slot where concurrency_limit_id = $1 order by id for update)
   returning expires is null or expires > clock_timestamp() as counted`,
);

/** Frees all slots of a limit, and says how many of them counted. */
export async function releaseAllSlots(transaction: Queryable, limitId: string): Promise<number> {
  const rows = await transaction.query<{ counted: boolean }>(EMPTY, [limitId]);
  return rows.filter(({ counted }) => counted).length;
}

const DELETE = statement('concurrencyLimits.delete', 'delete from concurrency_limit where id = $1');

/** Deletes a limit that is locked, with its slots. */
export async function deleteLockedLimit(transaction: Queryable, limitId: string): Promise<void> {
  await releaseAllSlots(transaction, limitId);
  await transaction.query(DELETE, [limitId]);
}

const LOCK_DEPLOYMENT = statement(
  'deployments.lock',
  'select id from deployment where id = $1 and tenant_id = $2 for no key update',
);

/** Whether the tenant has this deployment; nobody else changes it until the transaction ends. */
export const lockDeployment = async (transaction: Queryable, tenantId: string, id: string): Promise<boolean> =>
  (await transaction.query(LOCK_DEPLOYMENT, [id, tenantId])).length > 0;

const SET_OF_DEPLOYMENT = statement(
  'deployments.setConcurrency',
  `update deployment d set updated = now(),
     concurrency_limit_id = (select l.id from concurrency_limit l where l.tenant_id = d.tenant_id and l.name = $2),
     collision_strategy = coalesce($3, collision_strategy),
     grace_period_seconds = case when $4 then $5 else grace_period_seconds end
   where d.id = $1`,
);

/** Points a deployment to the limit of this name, if there is one. What is undefined stays. */
export async function setDeploymentConcurrency(
  transaction: Queryable,
  deploymentId: string,
  limitName: string,
  {
    collisionStrategy,
    gracePeriodSeconds,
  }: { collisionStrategy: CollisionStrategy | undefined; gracePeriodSeconds: number | null | undefined },
): Promise<void> {
  await transaction.query(SET_OF_DEPLOYMENT, [
    deploymentId,
    limitName,
    collisionStrategy ?? null,
    gracePeriodSeconds !== undefined,
    gracePeriodSeconds ?? null,
  ]);
}
