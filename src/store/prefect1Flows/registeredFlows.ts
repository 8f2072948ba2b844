import type { SerializedFlow } from '../../core/prefect1/serializedFlow.ts';
import type { Json } from '../../core/values/jsonObject.ts';
import { type Queryable, statement } from '../connection/database.ts';
import { LEFT_BY_RUNS } from '../runs/deleteRuns.ts';
import { hadRow, TENANT_MATCHES } from '../tenants/tenantScope.ts';

// Flows that Prefect 1 clients registered: each registration is a row, a version of its version group.

const VERSION_GROUP = statement(
  'registeredFlows.versionGroup',
  `select version_group_id as "versionGroupId" from flow
   where project_id = $1 and name = $2 and version_group_id is not null order by id desc limit 1`,
);

/** The version group of the newest flow of this name in a project, archived or not; null where there is none. */
export async function versionGroupOf(transaction: Queryable, projectId: string, name: string): Promise<string | null> {
  const rows = await transaction.query<{ versionGroupId: string }>(VERSION_GROUP, [projectId, name]);
  return rows[0]?.versionGroupId ?? null;
}

export interface Versions {
  /** The highest so far, archived ones included. */
  newest: number;
  /** The flow with the highest version among those that are not archived. */
  currentId: string | null;
}

const VERSIONS = statement(
  'registeredFlows.versions',
  `select coalesce(max(version), 0) as newest,
     (array_agg(id order by version desc) filter (where not archived))[1] as "currentId"
   from flow where version_group_id = $1 and tenant_id = $2`,
);

export async function versionsOf(transaction: Queryable, tenantId: string, versionGroupId: string): Promise<Versions> {
  const [row] = await transaction.query<Versions>(VERSIONS, [versionGroupId, tenantId]);
  if (!row) throw new Error('an aggregate gave no row');
  return row;
}

export interface NewRegisteredFlow {
  id: string;
  tenantId: string;
  projectId: string;
  flowGroupId: string;
  versionGroupId: string;
  version: number;
  description: string | null;
  flow: SerializedFlow;
  /** Kept for the group: the key of its last registration. */
  idempotencyKey: string | null;
}

const INSERT = statement(
  'registeredFlows.insert',
  `with keyed as (
     update flow_group set settings = settings || jsonb_build_object('idempotency_key', $16::text), updated = now()
     where id = $4
   )
   insert into flow (id, tenant_id, project_id, flow_group_id, version_group_id, version, description, name, core_version,
     parameters, schedule, environment, run_config, storage, serialized_flow)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
);

export async function insertRegisteredFlow(transaction: Queryable, row: NewRegisteredFlow): Promise<void> {
  const { flow } = row;
  const jsons = [flow.parameters, flow.schedule, flow.environment, flow.runConfig, flow.storage, flow.json];
  await transaction.query(INSERT, [
    row.id,
    row.tenantId,
    row.projectId,
    row.flowGroupId,
    row.versionGroupId,
    row.version,
    row.description,
    flow.name,
    flow.coreVersion,
    ...jsons.map((json) => (json === null ? null : JSON.stringify(json))),
    row.idempotencyKey,
  ]);
}

const ARCHIVE_OTHERS = statement(
  'registeredFlows.archiveOthers',
  `update flow set archived = true, updated = now()
   where version_group_id = $1 and tenant_id = $2 and id <> $3 and not archived returning id`,
);

/** Archives the versions of a group but this one; gives their ids. */
export async function archiveOtherVersions(
  transaction: Queryable,
  tenantId: string,
  versionGroupId: string,
  currentId: string,
): Promise<string[]> {
  const rows = await transaction.query<{ id: string }>(ARCHIVE_OTHERS, [versionGroupId, tenantId, currentId]);
  return rows.map(({ id }) => id);
}

const ARCHIVE = statement(
  'registeredFlows.archive',
  `update flow set archived = true, updated = now() where id = $1 and ${TENANT_MATCHES} returning id`,
);

/** Whether there was such a flow. */
export const archiveRegisteredFlow = async (
  transaction: Queryable,
  tenantId: string | null,
  id: string,
): Promise<boolean> => hadRow(await transaction.query(ARCHIVE, [id, tenantId]));

const SET_ACTIVE = statement(
  'registeredFlows.setScheduleActive',
  `update flow set is_schedule_active = $3, updated = now() where id = $1 and ${TENANT_MATCHES} returning id`,
);

/** Whether there was such a flow. */
export const setFlowScheduleActive = async (
  transaction: Queryable,
  tenantId: string | null,
  id: string,
  active: boolean,
): Promise<boolean> => hadRow(await transaction.query(SET_ACTIVE, [id, tenantId, active]));

const MOVE = statement(
  'registeredFlows.move',
  `update flow f set project_id = p.id, updated = now() from project p
   where f.id = $1 and ($2::uuid is null or f.tenant_id = $2) and f.project_id is not null
     and p.id = $3 and p.tenant_id = f.tenant_id
   returning f.id`,
);

/** Moves one version to another project of its tenant; false where there is no such flow or project. */
export const moveFlowToProject = async (
  database: Queryable,
  tenantId: string | null,
  id: string,
  projectId: string,
): Promise<boolean> => hadRow(await database.query(MOVE, [id, tenantId, projectId]));

const DELETE = statement(
  'registeredFlows.delete',
  `with doomed as (select id from flow where id = $1 and ${TENANT_MATCHES} and project_id is not null),
     runs as (select r.id from flow_run r where r.flow_id in (select id from doomed)),
     ${LEFT_BY_RUNS}
   delete from flow where id in (select id from doomed) returning id`,
);

/** Deletes one version with its tasks and runs; whether there was one. Its flow group stays. */
export const deleteRegisteredFlow = async (
  database: Queryable,
  tenantId: string | null,
  id: string,
): Promise<boolean> => hadRow(await database.query(DELETE, [id, tenantId]));

const LOCK = statement(
  'registeredFlows.lock',
  `select tenant_id as "tenantId", serialized_flow -> 'reference_tasks' as "referenceTasks" from flow
   where id = $1 and ${TENANT_MATCHES} and project_id is not null for no key update`,
);

/** The owner of a flow, whose further registrations then come one after the other; null where there is no such flow. */
export async function lockRegisteredFlow(
  transaction: Queryable,
  tenantId: string | null,
  id: string,
): Promise<{ tenantId: string; referenceTasks: Json } | null> {
  return (await transaction.query<{ tenantId: string; referenceTasks: Json }>(LOCK, [id, tenantId]))[0] ?? null;
}
