import type { JsonObject } from '../../core/runs/state.ts';
import { type Viewer, visibleTenant } from '../../core/values/viewer.ts';
import { updateFlowGroup } from '../../store/prefect1Flows/flowGroups.ts';
import { flowsOfGroup, withdrawScheduledRuns } from '../../store/prefect1Flows/flowSchedules.ts';
import type { Engine } from '../writing/engine.ts';
import { scheduleNow } from './setScheduleActive.ts';

/**
 * Gives a flow group another schedule, or none. The runs that the one before has made and that have not begun are deleted,
 * and where a flow of the group is scheduled, the new one's are made at once. False where there is no such group.
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
