import type { JsonObject } from '../../core/values/jsonObject.ts';
import { type Viewer, visibleTenant } from '../../core/values/viewer.ts';
import { updateFlowGroup } from '../../store/prefect1Flows/flowGroups.ts';
import { flowsOfGroup, withdrawScheduledRuns } from '../../store/prefect1Flows/flowSchedules.ts';
import type { Engine } from '../writing/engine.ts';
import { scheduleNow } from './setScheduleActive.ts';

/**
 * Replaces or removes a flow group's schedule. Deletes the runs of the earlier schedule that have not started and, if a
 * flow of the group is scheduled, creates the new schedule's runs immediately. Returns false if the group does not
 * exist.
 */
export async function setFlowGroupSchedule(
  engine: Engine,
  viewer: Viewer,
  { flowGroupId, schedule }: { flowGroupId: string; schedule: JsonObject | null },
): Promise<boolean> {
  const tenantId = visibleTenant(viewer);
  const flowIds = await engine.database.transaction(async (transaction) => {
    if (!(await updateFlowGroup(transaction, tenantId, flowGroupId, { schedule }))) return null;
    const flowIds = await flowsOfGroup(transaction, tenantId, flowGroupId);
    await withdrawScheduledRuns(transaction, flowIds);
    return flowIds;
  });
  if (flowIds === null) return false;
  await scheduleNow(engine, flowIds);
  return true;
}
