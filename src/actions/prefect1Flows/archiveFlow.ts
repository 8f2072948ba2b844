import { type Viewer, visibleTenant } from '../../core/values/viewer.ts';
import { waitingAdHocRuns, withdrawScheduledRuns } from '../../store/prefect1Flows/flowSchedules.ts';
import { updateRegisteredFlow } from '../../store/prefect1Flows/registeredFlows.ts';
import { cancelPrefect1FlowRun } from '../prefect1Runs/cancelPrefect1FlowRun.ts';
import type { Engine } from '../writing/engine.ts';

/**
 * Archives a version of a flow. Of its runs that have not started, those of its schedule are deleted and the others
 * cancelled. Archiving again changes nothing. Returns false if the flow does not exist.
 * Source: prefect_server, api/flows.py, archive_flow.
 */
export async function archiveFlow(engine: Engine, viewer: Viewer, flowId: string): Promise<boolean> {
  const found = await engine.database.transaction(async (transaction) => {
    if (!(await updateRegisteredFlow(transaction, visibleTenant(viewer), flowId, { archived: true }))) return false;
    await withdrawScheduledRuns(transaction, [flowId]);
    return true;
  });
  if (found) await cancelArchivedRuns(engine, viewer, [flowId]);
  return found;
}

/** Cancels the runs of archived flows that have not started. */
export async function cancelArchivedRuns(engine: Engine, viewer: Viewer, flowIds: readonly string[]): Promise<void> {
  if (flowIds.length === 0) return;
  const waiting = await waitingAdHocRuns(engine.database, flowIds);
  await Promise.all(
    waiting.map(({ id, flowId }) =>
      cancelPrefect1FlowRun(engine, viewer, { flowRunId: id, message: `Flow ${flowId} was archived.` }),
    ),
  );
}
