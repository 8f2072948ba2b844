import type { JsonObject } from '../../core/values/jsonObject.ts';
import { type Queryable, statement } from '../connection/database.ts';

export interface JobVariables {
  /** The deployment's job variables. */
  deployment: JsonObject;
  /** The JSON Schema of job variables in the deployment's work pool; null without a schema or a work pool. */
  schema: JsonObject | null;
}

const READ = statement(
  'deployments.jobVariables',
  `select d.job_variables as deployment, p.base_job_template -> 'variables' as schema
   from deployment d left join work_queue q on q.id = d.work_queue_id left join work_pool p on p.id = q.work_pool_id
   where d.id = $1 and d.tenant_id = $2`,
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
