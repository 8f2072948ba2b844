import { checkSchedule, lacksParameters, scheduleOf } from '../../core/schedules/scheduledRuns.ts';
import { Problem } from '../../core/values/problem.ts';
import { type Viewer, visibleTenant } from '../../core/values/viewer.ts';
import { activeSchedulesOf, flowScheduleById } from '../../store/prefect1Flows/flowSchedules.ts';
import { updateRegisteredFlow } from '../../store/prefect1Flows/registeredFlows.ts';
import { scheduleFlowRuns } from '../prefect1Runs/scheduleFlowRuns.ts';
import type { Engine } from '../writing/engine.ts';

/**
 * Turns a flow's schedule on and creates its next runs immediately. Returns false if the flow does not exist or has no
 * schedule.
 * Source: prefect_server, api/flows.py, set_schedule_active.
 */
export async function setScheduleActive(engine: Engine, viewer: Viewer, flowId: string): Promise<boolean> {
  const { database } = engine;
  const tenantId = visibleTenant(viewer);
  const flow = await flowScheduleById(database, tenantId, flowId);
  const schedule = flow && scheduleOf(flow);
  if (!flow || schedule === null) return false;
  if (lacksParameters(flow))
    throw new Problem('FAILED_PRECONDITION', 'Can not schedule a flow that has required parameters.');
  checkSchedule('schedule', schedule, Date.now() * 1000);
  await updateRegisteredFlow(database, tenantId, flowId, { isScheduleActive: true });
  await scheduleNow(engine, [flowId]);
  return true;
}

/** Creates the next runs of those flows whose schedules are active, without waiting for the scheduler's next round. */
export async function scheduleNow(engine: Engine, flowIds: readonly string[]): Promise<void> {
  const now = Date.now() * 1000;
  const { faults } = await scheduleFlowRuns(engine, await activeSchedulesOf(engine.database, flowIds), now);
  if (faults.length > 0) throw faults[0];
}
