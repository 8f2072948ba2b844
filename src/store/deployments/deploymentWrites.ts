import type { Deployment } from '../../core/runs/run.ts';
import type { Instant } from '../../core/values/instant.ts';
import { type Models, type Queryable, statement } from '../connection/database.ts';
import { withJsonColumns } from '../connection/jsonColumn.ts';
import { deploymentColumns } from './deployments.ts';

type NewDeployment = Omit<Deployment, 'created' | 'updated'>;

const JSON_COLUMNS = ['tags', 'labels', 'parameters', 'parameterOpenapiSchema', 'jobVariables'] as const;

/** Returns the deployment of a flow with this name, and creates it if there is none; null if there is no such flow. */
export async function getOrCreateDeployment(
  { prisma }: Models,
  deployment: NewDeployment,
): Promise<{ id: string; created: boolean } | null> {
  const { id, tenantId, flowId, name } = deployment;
  const flow = await prisma.flow.findFirst({ where: { id: flowId, tenantId }, select: { id: true } });
  if (!flow) return null;
  const data = [withJsonColumns(deployment, JSON_COLUMNS)];
  const { count } = await prisma.deployment.createMany({ data, skipDuplicates: true });
  if (count > 0) return { id, created: true };
  const where = { flowId_name: { flowId, name } };
  const found = await prisma.deployment.findUnique({ where, select: { id: true } });
  return found && { id: found.id, created: false };
}

const LOCK = statement(
  'deployments.lock',
  `select ${deploymentColumns('d')}, clock_timestamp() as now from deployment d
   where d.id = $1 and d.tenant_id = $2 for no key update`,
);

/**
 * Locks a deployment until the transaction ends. Returns it with the database's time, or null if the tenant has none
 * with this id. Changes of its schedules and the creation of their runs take turns.
 */
export async function lockDeployment(
  transaction: Queryable,
  tenantId: string,
  id: string,
): Promise<{ deployment: Deployment; now: Instant } | null> {
  const [row] = await transaction.query<Deployment & { now: Instant }>(LOCK, [id, tenantId]);
  if (!row) return null;
  const { now, ...deployment } = row;
  return { deployment, now };
}

/** The columns to change. Absent ones stay unchanged. */
export type DeploymentUpdate = Partial<Omit<NewDeployment, 'id' | 'tenantId' | 'flowId' | 'name'>>;

export async function updateDeploymentColumns({ prisma }: Models, id: string, update: DeploymentUpdate): Promise<void> {
  // Prisma sets `updated` only with other columns.
  const data = { ...withJsonColumns(update, JSON_COLUMNS), updated: new Date() };
  await prisma.deployment.updateMany({ where: { id }, data });
}

/** Deletes a deployment with its schedules. A trigger deletes its limit. */
export async function deleteDeploymentRow({ prisma }: Models, id: string): Promise<void> {
  await prisma.deployment.deleteMany({ where: { id } });
}
