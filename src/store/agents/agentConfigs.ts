import type { Json } from '../../core/values/jsonObject.ts';
import type { Models } from '../connection/database.ts';
import { jsonColumn } from '../connection/jsonColumn.ts';
import { hadCount, ofTenant } from '../tenants/tenantScope.ts';

export interface NewAgentConfig {
  id: string;
  tenantId: string;
  name: string | null;
  settings: Json;
}

export async function insertAgentConfig(
  { prisma }: Models,
  { id, tenantId, name, settings }: NewAgentConfig,
): Promise<void> {
  const data = { id, tenantId, name, settings: jsonColumn(settings) };
  await prisma.agentConfig.create({ data, select: { id: true } });
}

export const hasAgentConfig = async ({ prisma }: Models, tenantId: string, id: string): Promise<boolean> =>
  (await prisma.agentConfig.count({ where: { id, tenantId } })) > 0;

/** Replaces what is not null. Returns whether there was such a configuration. */
export const updateAgentConfigRow = async (
  { prisma }: Models,
  tenantId: string | null,
  id: string,
  { name, settings }: Pick<NewAgentConfig, 'name' | 'settings'>,
): Promise<boolean> =>
  hadCount(
    await prisma.agentConfig.updateMany({
      where: { id, ...ofTenant(tenantId) },
      data: { ...(name !== null && { name }), ...(settings !== null && { settings: jsonColumn(settings) }) },
    }),
  );

/** Returns whether there was such a configuration. Its agents continue without one. */
export const deleteAgentConfig = async ({ prisma }: Models, tenantId: string | null, id: string): Promise<boolean> =>
  hadCount(await prisma.agentConfig.deleteMany({ where: { id, ...ofTenant(tenantId) } }));
