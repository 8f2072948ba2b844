import type { Deployment, Flow } from '../core/run.ts';
import { type Queryable, statement } from './database.ts';

type New<Row> = Omit<Row, 'created' | 'updated'>;

const INSERT_FLOW = statement(
  'flows.insert',
  `insert into flow (id, tenant_id, name, tags, labels) values ($1, $2, $3, $4, $5)
   on conflict (tenant_id, name) where project_id is null do nothing returning id`,
);
const FLOW_ID = statement(
  'flows.idByName',
  'select id from flow where tenant_id = $1 and name = $2 and project_id is null',
);

/** The flow of this name: made, or found as it is. */
export async function getOrCreateFlow(
  transaction: Queryable,
  flow: New<Flow>,
): Promise<{ id: string; created: boolean }> {
  const { id, tenantId, name, tags, labels } = flow;
  const [made] = await transaction.query<{ id: string }>(INSERT_FLOW, [
    id,
    tenantId,
    name,
    JSON.stringify(tags),
    JSON.stringify(labels),
  ]);
  if (made) return { id, created: true };
  const [found] = await transaction.query<{ id: string }>(FLOW_ID, [tenantId, name]);
  if (!found) throw new Error(`flow ${name} was deleted in the moment of its creation`);
  return { id: found.id, created: false };
}

const INSERT_DEPLOYMENT = statement(
  'deployments.insert',
  `insert into deployment (id, tenant_id, flow_id, name, tags, labels)
   select $1, $2, f.id, $4, $5, $6 from flow f where f.id = $3 and f.tenant_id = $2
   on conflict (flow_id, name) do nothing returning id`,
);
const DEPLOYMENT_ID = statement(
  'deployments.idByName',
  'select id from deployment where tenant_id = $1 and flow_id = $2 and name = $3',
);

/** The deployment of this name on its flow: made, or found as it is; null where there is no such flow. */
export async function getOrCreateDeployment(
  transaction: Queryable,
  deployment: New<Deployment>,
): Promise<{ id: string; created: boolean } | null> {
  const { id, tenantId, flowId, name, tags, labels } = deployment;
  const [made] = await transaction.query<{ id: string }>(INSERT_DEPLOYMENT, [
    id,
    tenantId,
    flowId,
    name,
    JSON.stringify(tags),
    JSON.stringify(labels),
  ]);
  if (made) return { id, created: true };
  const [found] = await transaction.query<{ id: string }>(DEPLOYMENT_ID, [tenantId, flowId, name]);
  return found ? { id: found.id, created: false } : null;
}
