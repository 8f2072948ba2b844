import type { Deployment } from '../../core/runs/run.ts';
import type { JsonObject } from '../../core/values/jsonObject.ts';
import { type Queryable, statement } from '../connection/database.ts';
import { deploymentColumns } from './deployments.ts';

export interface JobVariables {
  /** The deployment's job variables. */
  deployment: JsonObject;
  /** The JSON Schema of job variables in the deployment's work pool; null without a schema or a work pool. */
  schema: JsonObject | null;
}

const SCHEMA = `p.base_job_template -> 'variables'`;
const WITH_POOL = `from deployment d left join work_queue q on q.id = d.work_queue_id
   left join work_pool p on p.id = q.work_pool_id
   where d.id = $1 and d.tenant_id = $2`;

const READ = statement(
  'deployments.jobVariables',
  `select d.job_variables as deployment, ${SCHEMA} as schema ${WITH_POOL}`,
);

/** Returns null if there is no such deployment. */
export async function jobVariablesOf(
  database: Queryable,
  tenantId: string,
  deploymentId: string,
): Promise<JobVariables | null> {
  const [row] = await database.query<JobVariables>(READ, [deploymentId, tenantId]);
  return row ?? null;
}

/** A deployment, with the JSON Schema of job variables in its work pool; null without a schema or a work pool. */
export type DeploymentForRun = Deployment & { jobVariablesSchema: JsonObject | null };

const FOR_RUN = statement(
  'deployments.forRun',
  `select ${deploymentColumns('d')}, ${SCHEMA} as "jobVariablesSchema" ${WITH_POOL}`,
);

/** Returns what the runs of a deployment are created from; null if there is no such deployment. */
export async function deploymentForRun(
  database: Queryable,
  tenantId: string,
  id: string,
): Promise<DeploymentForRun | null> {
  const [row] = await database.query<DeploymentForRun>(FOR_RUN, [id, tenantId]);
  return row ?? null;
}
