import type { Flow } from '../../core/runs/run.ts';
import { type Queryable, statement } from '../connection/database.ts';

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
