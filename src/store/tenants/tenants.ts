import type { JsonObject } from '../../core/values/jsonObject.ts';
import { type Queryable, statement } from '../connection/database.ts';
import { throwViolation } from '../connection/databaseErrors.ts';
import { hadRow } from './tenantScope.ts';

// A tenant is its own owner: callers of one tenant, $2, see that one, and callers of none in particular see all.
const VISIBLE = 'id = $1 and ($2::uuid is null or id = $2)';

const INSERT = statement('tenants.insert', 'insert into tenant (id, name, slug) values ($1, $2, $3)');

/** Throws CONFLICT where the slug is taken. */
export async function insertTenant(
  database: Queryable,
  { id, name, slug }: { id: string; name: string; slug: string },
): Promise<void> {
  await database.query(INSERT, [id, name, slug]).catch(throwViolation);
}

export interface TenantUpdate {
  name?: string;
  slug?: string;
  /** Put over those that are there, key by key. */
  settings?: JsonObject;
}

const UPDATE = statement(
  'tenants.update',
  `update tenant set updated = now(), name = coalesce($3, name), slug = coalesce($4, slug),
     settings = settings || coalesce($5::jsonb, '{}')
   where ${VISIBLE} returning id`,
);

/** Changes what is given; whether there was such a tenant. Throws CONFLICT where the slug is taken. */
export async function updateTenant(
  database: Queryable,
  visibleTenant: string | null,
  id: string,
  { name, slug, settings }: TenantUpdate,
): Promise<boolean> {
  const values = [id, visibleTenant, name ?? null, slug ?? null, settings ? JSON.stringify(settings) : null];
  return hadRow(await database.query(UPDATE, values).catch(throwViolation));
}

// Logs and counters refer to nothing, so that they can be written fast and dropped by partition: they go by name.
const DELETE = statement(
  'tenants.delete',
  `with runs as (select id from flow_run where tenant_id = $1 union all select id from task_run where tenant_id = $1),
     logs as (delete from log where tenant_id = $1 and ($2::uuid is null or $1 = $2)),
     counters as (delete from run_counter where ($2::uuid is null or $1 = $2) and run_id in (select id from runs))
   delete from tenant where ${VISIBLE} returning id`,
);

/** Deletes a tenant with all that it owns; whether there was one. */
export const deleteTenant = async (database: Queryable, visibleTenant: string | null, id: string): Promise<boolean> =>
  hadRow(await database.query(DELETE, [id, visibleTenant]));
