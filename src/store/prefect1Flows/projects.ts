import type { Models, Store } from '../connection/database.ts';
import { throwViolation } from '../connection/databaseErrors.ts';
import { lockRow } from '../connection/lockRow.ts';
import { hadCount, ofTenant } from '../tenants/tenantScope.ts';

/** Throws CONFLICT if the tenant has a project with this name, REFERENCE_NOT_FOUND if there is no such tenant. */
export async function insertProject(
  { prisma }: Models,
  { id, tenantId, name, description }: { id: string; tenantId: string; name: string; description: string | null },
): Promise<void> {
  const data = { id, tenantId, name, description };
  await prisma.project.create({ data, select: { id: true } }).catch(throwViolation);
}

/**
 * Renames or describes a project. Returns whether there was one. Throws CONFLICT if the tenant has another project with
 * this name.
 */
export const updateProject = async (
  { prisma }: Models,
  tenantId: string | null,
  id: string,
  changes: { name: string } | { description: string | null },
): Promise<boolean> => {
  const where = { id, ...ofTenant(tenantId) };
  return hadCount(await prisma.project.updateMany({ where, data: changes }).catch(throwViolation));
};

/**
 * Locks a project, so that registrations into it take turns. Returns its tenant, or null if there is no such project.
 */
export async function lockProject(
  transaction: Store,
  tenantId: string | null,
  id: string,
): Promise<{ tenantId: string } | null> {
  const where = { id, ...ofTenant(tenantId) };
  const project = await transaction.prisma.project.findFirst({ where, select: { tenantId: true } });
  return project && (await lockRow(transaction, 'project', id)) ? project : null;
}
