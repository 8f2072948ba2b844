import type { JsonObject } from '../../core/values/jsonObject.ts';
import { writeJson } from '../../core/values/writeJson.ts';
import { type Models, type Queryable, statement } from '../connection/database.ts';
import { throwViolation } from '../connection/databaseErrors.ts';
import { hadCount, hadRow } from './tenantScope.ts';

/** Throws CONFLICT if the slug is taken. */
export async function insertTenant(
  { prisma }: Models,
  { id, name, slug }: { id: string; name: string; slug: string },
): Promise<void> {
  await prisma.tenant.create({ data: { id, name, slug }, select: { id: true } }).catch(throwViolation);
}

// A tenant is its own owner. If `visibleTenant` is null, the caller sees all tenants.

/** Returns whether there was such a tenant. Throws CONFLICT if the slug is taken. */
export const updateTenant = async (
  { prisma }: Models,
  visibleTenant: string | null,
  id: string,
  changes: { name?: string; slug?: string },
): Promise<boolean> => {
  const where = { id, ...(visibleTenant !== null && { AND: { id: visibleTenant } }) };
  return hadCount(await prisma.tenant.updateMany({ where, data: changes }).catch(throwViolation));
};

const VISIBLE = 'id = $1 and ($2::uuid is null or id = $2)';

// Prisma replaces a JSON column as a whole. Two clients that set different keys at the same time must both succeed.
const MERGE_SETTINGS = statement(
  'tenants.mergeSettings',
  `update tenant set updated = now(), settings = settings || $3::jsonb where ${VISIBLE} returning id`,
);

/** Sets single settings. Returns whether there was such a tenant. */
export const mergeTenantSettings = async (
  database: Queryable,
  visibleTenant: string | null,
  id: string,
  settings: JsonObject,
): Promise<boolean> => hadRow(await database.query(MERGE_SETTINGS, [id, visibleTenant, writeJson(settings)]));

// Logs and counters have no foreign keys, so that they can be written fast and dropped by partition.
const DELETE = statement(
  'tenants.delete',
  `with runs as (select id from flow_run where tenant_id = $1 union all select id from task_run where tenant_id = $1),
     logs as (delete from log where tenant_id = $1 and ($2::uuid is null or $1 = $2)),
     counters as (delete from run_counter where ($2::uuid is null or $1 = $2) and run_id in (select id from runs))
   delete from tenant where ${VISIBLE} returning id`,
);

/** Deletes a tenant with everything that it owns. Returns whether there was one. */
export const deleteTenant = async (database: Queryable, visibleTenant: string | null, id: string): Promise<boolean> =>
  hadRow(await database.query(DELETE, [id, visibleTenant]));
