import type { CloudHook, CloudHookType } from '../../core/cloudHooks/cloudHook.ts';
import type { JsonObject } from '../../core/values/jsonObject.ts';
import type { Models } from '../connection/database.ts';
import { withJsonColumns } from '../connection/jsonColumn.ts';
import { hadCount, ofTenant } from '../tenants/tenantScope.ts';

export interface NewCloudHook extends CloudHook {
  name: string | null;
  versionGroupId: string | null;
  states: readonly string[];
}

export async function insertCloudHook({ prisma }: Models, hook: NewCloudHook): Promise<void> {
  const data = withJsonColumns(hook, ['states', 'config']);
  await prisma.cloudHook.create({ data, select: { id: true } });
}

export async function cloudHookById(
  { prisma }: Models,
  tenantId: string | null,
  id: string,
): Promise<CloudHook | null> {
  const hook = await prisma.cloudHook.findFirst({
    where: { id, ...ofTenant(tenantId) },
    select: { id: true, tenantId: true, type: true, config: true },
  });
  // Both were checked before they were stored.
  return hook && { ...hook, type: hook.type as CloudHookType, config: hook.config as JsonObject };
}

/** Deletes a hook with its pending deliveries. Returns whether there was one. */
export const deleteCloudHook = async ({ prisma }: Models, tenantId: string | null, id: string): Promise<boolean> =>
  hadCount(await prisma.cloudHook.deleteMany({ where: { id, ...ofTenant(tenantId) } }));

export const setCloudHookActive = async (
  { prisma }: Models,
  tenantId: string | null,
  id: string,
  active: boolean,
): Promise<boolean> =>
  hadCount(await prisma.cloudHook.updateMany({ where: { id, ...ofTenant(tenantId) }, data: { active } }));
