import { type Viewer, visibleTenant } from '../core/viewer.ts';
import { withdrawScheduledRuns } from '../store/flowSchedules.ts';
import { setFlowScheduleActive } from '../store/registeredFlows.ts';
import type { Engine } from './engine.ts';

/** Turns a flow's schedule off, and deletes its runs that have not begun. False where there is no such flow. */
export const setScheduleInactive = ({ database }: Engine, viewer: Viewer, flowId: string): Promise<boolean> =>
  database.transaction(async (transaction) => {
    if (!(await setFlowScheduleActive(transaction, visibleTenant(viewer), flowId, false))) return false;
    await withdrawScheduledRuns(transaction, [flowId]);
    return true;
  });
