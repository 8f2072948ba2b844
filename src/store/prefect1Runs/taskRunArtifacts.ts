import type { Json } from '../../core/values/jsonObject.ts';
import { writeJson } from '../../core/values/writeJson.ts';
import { type Queryable, statement } from '../connection/database.ts';
import { hadRow, TENANT_MATCHES } from '../tenants/tenantScope.ts';

export interface NewArtifact {
  id: string;
  taskRunId: string;
  kind: string;
  data: Json;
}

// The owner is the task run's tenant. In Prefect's server, mapped task runs had no tenant and could have no artifacts.
const INSERT = statement(
  'taskRunArtifacts.insert',
  `insert into task_run_artifact (id, tenant_id, task_run_id, kind, data)
   select $3, tenant_id, id, $4, $5 from task_run where id = $1 and ${TENANT_MATCHES} returning id`,
);

/** Returns false if the task run does not exist. */
export const insertArtifact = async (
  database: Queryable,
  tenantId: string | null,
  { id, taskRunId, kind, data }: NewArtifact,
): Promise<boolean> => hadRow(await database.query(INSERT, [taskRunId, tenantId, id, kind, writeJson(data)]));

const TASK_RUN = statement('taskRunArtifacts.taskRun', 'select id from task_run where id = $1');

/** Whether the task run exists, in any tenant. */
export const isTaskRun = async (database: Queryable, taskRunId: string): Promise<boolean> =>
  hadRow(await database.query(TASK_RUN, [taskRunId]));

const UPDATE = statement(
  'taskRunArtifacts.update',
  `update task_run_artifact set updated = now(), data = $3 where id = $1 and ${TENANT_MATCHES} returning id`,
);

/** Replaces an artifact's data. Returns false if it does not exist. */
export const updateArtifact = async (
  database: Queryable,
  tenantId: string | null,
  id: string,
  data: Json,
): Promise<boolean> => hadRow(await database.query(UPDATE, [id, tenantId, writeJson(data)]));

const DELETE = statement(
  'taskRunArtifacts.delete',
  `delete from task_run_artifact where id = $1 and ${TENANT_MATCHES} returning id`,
);

export const deleteArtifact = async (database: Queryable, tenantId: string | null, id: string): Promise<boolean> =>
  hadRow(await database.query(DELETE, [id, tenantId]));
