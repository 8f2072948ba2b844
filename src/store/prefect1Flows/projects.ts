import { type Queryable, statement } from '../connection/database.ts';
import { throwViolation } from '../connection/databaseErrors.ts';
import { LEFT_BY_RUNS } from '../runs/deleteRuns.ts';
import { hadRow, TENANT_MATCHES } from '../tenants/tenantScope.ts';

const INSERT = statement(
  'projects.insert',
  'insert into project (id, tenant_id, name, description) values ($1, $2, $3, $4)',
);

/** Throws CONFLICT where the tenant has a project of this name, REFERENCE_NOT_FOUND where there is no such tenant. */
export async function insertProject(
  database: Queryable,
  project: { id: string; tenantId: string; name: string; description: string | null },
): Promise<void> {
  const { id, tenantId, name, description } = project;
  await database.query(INSERT, [id, tenantId, name, description]).catch(throwViolation);
}

const RENAME = statement(
  'projects.rename',
  `update project set name = $3, updated = now() where id = $1 and ${TENANT_MATCHES} returning id`,
);

/** Whether there was such a project. Throws CONFLICT where the tenant has another of this name. */
export const renameProject = async (
  database: Queryable,
  tenantId: string | null,
  id: string,
  name: string,
): Promise<boolean> => hadRow(await database.query(RENAME, [id, tenantId, name]).catch(throwViolation));

const DESCRIBE = statement(
  'projects.describe',
  `update project set description = $3, updated = now() where id = $1 and ${TENANT_MATCHES} returning id`,
);

/** Whether there was such a project. */
export const describeProject = async (
  database: Queryable,
  tenantId: string | null,
  id: string,
  description: string | null,
): Promise<boolean> => hadRow(await database.query(DESCRIBE, [id, tenantId, description]));

const DELETE = statement(
  'projects.delete',
  `with doomed as (select id from project where id = $1 and ${TENANT_MATCHES}),
     runs as (select r.id from flow_run r join flow f on f.id = r.flow_id where f.project_id in (select id from doomed)),
     ${LEFT_BY_RUNS}
   delete from project where id in (select id from doomed) returning id`,
);

/** Deletes a project with its flows and their runs; whether there was one. Flow groups stay. */
export const deleteProject = async (database: Queryable, tenantId: string | null, id: string): Promise<boolean> =>
  hadRow(await database.query(DELETE, [id, tenantId]));

const LOCK = statement(
  'projects.lock',
  `select tenant_id as "tenantId" from project where id = $1 and ${TENANT_MATCHES} for no key update`,
);

/** The owner of a project, whose registrations then come one after the other; null where there is no such project. */
export async function lockProject(
  transaction: Queryable,
  tenantId: string | null,
  id: string,
): Promise<{ tenantId: string } | null> {
  return (await transaction.query<{ tenantId: string }>(LOCK, [id, tenantId]))[0] ?? null;
}
