import type { SerializedFlow } from '../../core/prefect1/serializedFlow.ts';
import type { Json } from '../../core/values/jsonObject.ts';
import { type Models, type Queryable, statement } from '../connection/database.ts';
import { throwViolation } from '../connection/databaseErrors.ts';
import { jsonColumn, withJsonColumns } from '../connection/jsonColumn.ts';
import { hadCount, ofTenant, TENANT_MATCHES } from '../tenants/tenantScope.ts';
import type { LockedFlowGroup } from './flowGroups.ts';

// Flows that Prefect 1 clients registered. Each registration is a row: a version in its version group.

/** Returns the version group of the newest flow with this name in a project, archived or not; null if there is none. */
export async function versionGroupOf({ prisma }: Models, projectId: string, name: string): Promise<string | null> {
  const newest = await prisma.flow.findFirst({
    where: { projectId, name, versionGroupId: { not: null } },
    orderBy: { id: 'desc' },
    select: { versionGroupId: true },
  });
  return newest?.versionGroupId ?? null;
}

export interface Versions {
  /** The highest so far, archived ones included; 0 if there is none. */
  newest: number;
  /** The flow with the highest version among those that are not archived. */
  currentId: string | null;
}

export async function versionsOf({ prisma }: Models, tenantId: string, versionGroupId: string): Promise<Versions> {
  const highest = (where: { archived?: boolean }) =>
    prisma.flow.findFirst({
      where: { versionGroupId, tenantId, version: { not: null }, ...where },
      orderBy: { version: 'desc' },
      select: { id: true, version: true },
    });
  const newest = await highest({});
  const current = newest && (await highest({ archived: false }));
  return { newest: newest?.version ?? 0, currentId: current?.id ?? null };
}

export interface NewRegisteredFlow {
  id: string;
  tenantId: string;
  projectId: string;
  versionGroupId: string;
  version: number;
  description: string | null;
  flow: SerializedFlow;
  /** Stored in the group, as the key of its last registration. */
  idempotencyKey: string | null;
}

const JSON_COLUMNS = ['parameters', 'schedule', 'environment', 'runConfig', 'storage', 'serializedFlow'] as const;

/** Inserts a version into a flow group that is locked. */
export async function insertRegisteredFlow(
  { prisma }: Models,
  group: LockedFlowGroup,
  { flow, idempotencyKey, ...row }: NewRegisteredFlow,
): Promise<void> {
  const settings = jsonColumn({ ...group.settings, idempotency_key: idempotencyKey });
  await prisma.flowGroup.updateMany({ where: { id: group.id }, data: { settings } });
  const { name, coreVersion, parameters, schedule, environment, runConfig, storage, json: serializedFlow } = flow;
  const jsons = { parameters, schedule, environment, runConfig, storage, serializedFlow };
  const data = { ...row, flowGroupId: group.id, name, coreVersion, ...withJsonColumns(jsons, JSON_COLUMNS) };
  await prisma.flow.create({ data, select: { id: true } });
}

/** Archives the versions of a group except this one. Returns their ids. */
export async function archiveOtherVersions(
  { prisma }: Models,
  tenantId: string,
  versionGroupId: string,
  currentId: string,
): Promise<string[]> {
  const archived = await prisma.flow.updateManyAndReturn({
    where: { versionGroupId, tenantId, id: { not: currentId }, archived: false },
    data: { archived: true },
    select: { id: true },
  });
  return archived.map(({ id }) => id);
}

/** Archives a flow, or turns its schedule on or off. Returns whether there was such a flow. */
export const updateRegisteredFlow = async (
  { prisma }: Models,
  tenantId: string | null,
  id: string,
  changes: { archived: true } | { isScheduleActive: boolean },
): Promise<boolean> => hadCount(await prisma.flow.updateMany({ where: { id, ...ofTenant(tenantId) }, data: changes }));

/** Moves one version to another project of its tenant. Returns false if there is no such flow or project. */
export async function moveFlowToProject(
  { prisma }: Models,
  tenantId: string | null,
  id: string,
  projectId: string,
): Promise<boolean> {
  const project = await prisma.project.findUnique({ where: { id: projectId }, select: { tenantId: true } });
  if (!project) return false;
  const where = { id, tenantId: project.tenantId, projectId: { not: null }, AND: ofTenant(tenantId) };
  return hadCount(await prisma.flow.updateMany({ where, data: { projectId } }).catch(throwViolation));
}

const LOCK = statement(
  'registeredFlows.lock',
  `select tenant_id as "tenantId", serialized_flow -> 'reference_tasks' as "referenceTasks" from flow
   where id = $1 and ${TENANT_MATCHES} and project_id is not null for no key update`,
);

/**
 * Locks a flow, so that further registrations of its tasks and edges take turns. Returns null if there is no such flow.
 */
export async function lockRegisteredFlow(
  transaction: Queryable,
  tenantId: string | null,
  id: string,
): Promise<{ tenantId: string; referenceTasks: Json } | null> {
  return (await transaction.query<{ tenantId: string; referenceTasks: Json }>(LOCK, [id, tenantId]))[0] ?? null;
}
