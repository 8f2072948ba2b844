import type { Labels } from '../../core/runs/run.ts';
import { type Queryable, statement } from '../connection/database.ts';

// The database merges: of two requests at once, each adds to what the other left.
const MERGE = statement(
  'flowRuns.mergeLabels',
  `update flow_run set labels = labels || $3::jsonb, updated = now() where id = $1 and tenant_id = $2
   returning (select count(*) from jsonb_object_keys(labels)) as count`,
);

/** Puts labels over those that a flow run has, and says how many it has then; null where there is no such run. */
export async function mergeFlowRunLabels(
  transaction: Queryable,
  tenantId: string,
  flowRunId: string,
  labels: Labels,
): Promise<number | null> {
  const [row] = await transaction.query<{ count: number }>(MERGE, [flowRunId, tenantId, JSON.stringify(labels)]);
  return row?.count ?? null;
}
