import type { Labels } from '../../core/runs/run.ts';
import { writeJson } from '../../core/values/writeJson.ts';
import { type Queryable, statement } from '../connection/database.ts';

// The database merges, so that of two concurrent requests each adds to the result of the other.
const MERGE = statement(
  'flowRuns.mergeLabels',
  `update flow_run set labels = labels || $3::jsonb, updated = now() where id = $1 and tenant_id = $2
   returning (select count(*) from jsonb_object_keys(labels)) as count`,
);

/** Adds labels to a flow run, over its own, and returns how many it then has; null if the run does not exist. */
export async function mergeFlowRunLabels(
  transaction: Queryable,
  tenantId: string,
  flowRunId: string,
  labels: Labels,
): Promise<number | null> {
  const [row] = await transaction.query<{ count: number }>(MERGE, [flowRunId, tenantId, writeJson(labels)]);
  return row?.count ?? null;
}
