import type { CloudHook } from '../../core/cloudHooks/cloudHook.ts';
import { type Queryable, statement } from '../connection/database.ts';
import { hadRow, TENANT_MATCHES } from '../tenants/tenantScope.ts';

export interface NewCloudHook extends CloudHook {
  name: string | null;
  versionGroupId: string | null;
  states: readonly string[];
}

const INSERT = statement(
  'cloudHooks.insert',
  `insert into cloud_hook (id, tenant_id, type, name, version_group_id, states, config)
   values ($1, $2, $3, $4, $5, $6, $7)`,
);

export async function insertCloudHook(database: Queryable, hook: NewCloudHook): Promise<void> {
  const { id, tenantId, type, name, versionGroupId, states, config } = hook;
  await database.query(INSERT, [
    id,
    tenantId,
    type,
    name,
    versionGroupId,
    JSON.stringify(states),
    JSON.stringify(config),
  ]);
}

const BY_ID = statement(
  'cloudHooks.byId',
  `select id, tenant_id as "tenantId", type, config from cloud_hook where id = $1 and ${TENANT_MATCHES}`,
);

export const cloudHookById = async (
  database: Queryable,
  tenantId: string | null,
  id: string,
): Promise<CloudHook | null> => (await database.query<CloudHook>(BY_ID, [id, tenantId]))[0] ?? null;

const DELETE = statement(
  'cloudHooks.delete',
  `delete from cloud_hook where id = $1 and ${TENANT_MATCHES} returning id`,
);

/** Whether there was such a hook. What it has still to deliver goes with it. */
export const deleteCloudHook = async (database: Queryable, tenantId: string | null, id: string): Promise<boolean> =>
  hadRow(await database.query(DELETE, [id, tenantId]));

const SET_ACTIVE = statement(
  'cloudHooks.setActive',
  `update cloud_hook set active = $3, updated = now() where id = $1 and ${TENANT_MATCHES} returning id`,
);

export const setCloudHookActive = async (
  database: Queryable,
  tenantId: string | null,
  id: string,
  active: boolean,
): Promise<boolean> => hadRow(await database.query(SET_ACTIVE, [id, tenantId, active]));
