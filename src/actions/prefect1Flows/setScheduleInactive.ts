import { type Viewer, visibleTenant } from '../../core/values/viewer.ts';
import { withdrawScheduledRuns } from '../../store/prefect1Flows/flowSchedules.ts';
import { updateRegisteredFlow } from '../../store/prefect1Flows/registeredFlows.ts';
import type { Engine } from '../writing/engine.ts';

/** Turns a flow's schedule off and deletes its runs that have not started. Returns false if the flow does not exist. */
export const setScheduleInactive = ({ database }: Engine, viewer: Viewer, flowId: string): Promise<boolean> =>
  database.transaction(async (transaction) => {
    const changes = { isScheduleActive: false };
    if (!(await updateRegisteredFlow(transaction, visibleTenant(viewer), flowId, changes))) return false;
    await withdrawScheduledRuns(transaction, [flowId]);
    return true;
  });
