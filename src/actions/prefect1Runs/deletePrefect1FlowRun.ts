import { type Viewer, visibleTenant } from '../../core/values/viewer.ts';
import { isPrefect1FlowRun } from '../../store/prefect1Runs/prefect1Runs.ts';
import { deleteFlowRunRow } from '../../store/runs/deleteRuns.ts';
import type { Engine } from '../writing/engine.ts';

/**
 * Deletes a flow run that Prefect 1 clients know, in any state, with everything that belongs to it. Returns false if
 * there is none.
 * Source: prefect_server, api/runs.py, delete_flow_run.
 */
export async function deletePrefect1FlowRun(
  { database, streams }: Engine,
  viewer: Viewer,
  flowRunId: string,
): Promise<boolean> {
  const tenantId = visibleTenant(viewer);
  const isGone = await database.transaction(
    async (transaction) =>
      (await isPrefect1FlowRun(transaction, tenantId, flowRunId)) && deleteFlowRunRow(transaction, tenantId, flowRunId),
  );
  if (isGone) streams.announce([`flowRunStates:${flowRunId}`]);
  return isGone;
}
