import type { Json } from '../../core/values/jsonObject.ts';
import { type Queryable, statement } from '../connection/database.ts';
import { hadRow, TENANT_MATCHES } from '../tenants/tenantScope.ts';

export interface NewAgentConfig {
  id: string;
  tenantId: string;
  name: string | null;
  settings: Json;
}

const INSERT = statement(
  'agentConfigs.insert',
  'insert into agent_config (id, tenant_id, name, settings) values ($1, $2, $3, $4)',
);

export async function insertAgentConfig(
  database: Queryable,
  { id, tenantId, name, settings }: NewAgentConfig,
): Promise<void> {
  await database.query(INSERT, [id, tenantId, name, JSON.stringify(settings)]);
}

const UPDATE = statement(
  'agentConfigs.update',
  `update agent_config set name = coalesce($3, name), settings = coalesce($4::jsonb, settings), updated = now()
   where id = $1 and ${TENANT_MATCHES} returning id`,
);

/** Replaces what is not null. Whether there was such a configuration. */
export const updateAgentConfigRow = async (
  database: Queryable,
  tenantId: string | null,
  id: string,
  { name, settings }: Pick<NewAgentConfig, 'name' | 'settings'>,
): Promise<boolean> =>
  hadRow(await database.query(UPDATE, [id, tenantId, name, settings === null ? null : JSON.stringify(settings)]));

const DELETE = statement(
  'agentConfigs.delete',
  `delete from agent_config where id = $1 and ${TENANT_MATCHES} returning id`,
);

/** Whether there was such a configuration. Its agents go on without one. */
export const deleteAgentConfig = async (database: Queryable, tenantId: string | null, id: string): Promise<boolean> =>
  hadRow(await database.query(DELETE, [id, tenantId]));
