import type { Deployment } from '../../core/runs/run.ts';
import type { Instant } from '../../core/values/instant.ts';
import { type Queryable, statement } from '../connection/database.ts';
import { deploymentColumns } from './deployments.ts';

type NewDeployment = Omit<Deployment, 'created' | 'updated'>;

const INSERT = statement(
  'deployments.insert',
  `insert into deployment (id, tenant_id, flow_id, name, tags, labels, description, version, paused, parameters,
     parameter_openapi_schema, enforce_parameter_schema, job_variables, work_queue_id)
   select $1, $2, f.id, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14 from flow f where f.id = $3 and f.tenant_id = $2
   on conflict (flow_id, name) do nothing returning id`,
);
const BY_NAME = statement(
  'deployments.idByName',
  'select id from deployment where tenant_id = $1 and flow_id = $2 and name = $3',
);

/** The deployment of this name on its flow: made, or found as it is; null where there is no such flow. */
export async function getOrCreateDeployment(
  transaction: Queryable,
  deployment: NewDeployment,
): Promise<{ id: string; created: boolean } | null> {
  const { id, tenantId, flowId, name, parameterOpenapiSchema: schema } = deployment;
  const [made] = await transaction.query<{ id: string }>(INSERT, [
    id,
    tenantId,
    flowId,
    name,
    JSON.stringify(deployment.tags),
    JSON.stringify(deployment.labels),
    deployment.description,
    deployment.version,
    deployment.paused,
    JSON.stringify(deployment.parameters),
    schema && JSON.stringify(schema),
    deployment.enforceParameterSchema,
    JSON.stringify(deployment.jobVariables),
    deployment.workQueueId,
  ]);
  if (made) return { id, created: true };
  const [found] = await transaction.query<{ id: string }>(BY_NAME, [tenantId, flowId, name]);
  return found ? { id: found.id, created: false } : null;
}

const LOCK = statement(
  'deployments.lock',
  `select ${deploymentColumns('d')}, clock_timestamp() as now from deployment d
   where d.id = $1 and d.tenant_id = $2 for no key update`,
);

/** A deployment, locked: its schedules change, and runs are made for them, one transaction after the other. */
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

const LOCK_FOR_RUN = statement(
  'deployments.lockForRun',
  `select ${deploymentColumns('d')} from deployment d where d.id = $1 and d.tenant_id = $2 for key share`,
);

/** A deployment that is not deleted until the transaction ends. */
export async function lockDeploymentForRun(
  transaction: Queryable,
  tenantId: string,
  id: string,
): Promise<Deployment | null> {
  const [row] = await transaction.query<Deployment>(LOCK_FOR_RUN, [id, tenantId]);
  return row ?? null;
}

/** Columns that change; what is not there stays. */
export type DeploymentUpdate = Partial<Omit<NewDeployment, 'id' | 'tenantId' | 'flowId' | 'name'>>;

const UPDATE = statement(
  'deployments.update',
  `update deployment set updated = now(), tags = coalesce($3::jsonb, tags), labels = coalesce($4::jsonb, labels),
     description = case when 'description' = any($2::text[]) then $5 else description end,
     version = case when 'version' = any($2::text[]) then $6 else version end, paused = coalesce($7, paused),
     parameters = coalesce($8::jsonb, parameters),
     parameter_openapi_schema =
       case when 'parameterOpenapiSchema' = any($2::text[]) then $9::jsonb else parameter_openapi_schema end,
     enforce_parameter_schema = coalesce($10, enforce_parameter_schema),
     job_variables = coalesce($11::jsonb, job_variables),
     work_queue_id = case when 'workQueueId' = any($2::text[]) then $12::uuid else work_queue_id end
   where id = $1`,
);

export async function updateDeploymentColumns(
  transaction: Queryable,
  id: string,
  update: DeploymentUpdate,
): Promise<void> {
  const json = (value: object | null | undefined) => (value ? JSON.stringify(value) : null);
  await transaction.query(UPDATE, [
    id,
    Object.keys(update),
    json(update.tags),
    json(update.labels),
    update.description ?? null,
    update.version ?? null,
    update.paused ?? null,
    json(update.parameters),
    json(update.parameterOpenapiSchema),
    update.enforceParameterSchema ?? null,
    json(update.jobVariables),
    update.workQueueId ?? null,
  ]);
}

const DELETE = statement(
  'deployments.delete',
  `with gone as (delete from deployment where id = $1 returning concurrency_limit_id, id)
   delete from concurrency_limit l using gone
   where l.id = gone.concurrency_limit_id and l.name = 'deployment:' || gone.id`,
);

/** Deletes a deployment with its schedules, and the limit that was its own. */
export async function deleteDeploymentRow(transaction: Queryable, id: string): Promise<void> {
  await transaction.query(DELETE, [id]);
}
