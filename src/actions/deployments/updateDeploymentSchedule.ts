import type { DeploymentSchedule } from '../../core/schedules/deploymentSchedule.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import {
  deploymentOfSchedule,
  type ScheduleUpdate,
  updateSchedule,
} from '../../store/deployments/deploymentSchedules.ts';
import { withdrawDeploymentRuns } from '../../store/deployments/scheduledDeployments.ts';
import type { Keyed } from '../writing/answerBook.ts';
import type { Engine } from '../writing/engine.ts';
import { changeDeployment } from './changeDeployment.ts';
import { requireSchedule, slugIsTaken, unknownSchedule } from './createDeploymentSchedule.ts';
import { checkScheduleParts, type ScheduleRequest, scheduleTimes } from './scheduleRequest.ts';

/** Only present fields change. Null clears a slug or a bound of runs. */
export interface UpdateDeploymentSchedule extends Keyed, Partial<Omit<ScheduleRequest, 'schedule'>> {
  deploymentScheduleId: string;
  schedule?: ScheduleRequest['schedule'] | null;
}

/** Changes a schedule of a deployment: deletes the future runs that it created and creates them again. */
export async function updateDeploymentSchedule(
  engine: Engine,
  viewer: Viewer,
  input: UpdateDeploymentSchedule,
): Promise<{ schedule: DeploymentSchedule }> {
  checkScheduleParts('input', input);
  const update = columns(input);
  const scheduleId = input.deploymentScheduleId;
  const { id } = await changeDeployment(
    engine,
    viewer,
    { operation: 'updateDeploymentSchedule', input },
    async (transaction) => {
      const deploymentId = await deploymentOfSchedule(transaction, viewer.tenantId, scheduleId);
      if (deploymentId === null) throw unknownSchedule(scheduleId);
      return deploymentId;
    },
    async ({ transaction, deployment, now }) => {
      if (!(await updateSchedule(transaction, scheduleId, update))) {
        const isGone = (await deploymentOfSchedule(transaction, viewer.tenantId, scheduleId)) === null;
        throw isGone ? unknownSchedule(scheduleId) : slugIsTaken(input.slug);
      }
      return {
        answer: { id: scheduleId },
        withdrawn: await withdrawDeploymentRuns(transaction, deployment.id, now, [scheduleId]),
      };
    },
  );
  return { schedule: await requireSchedule(engine, viewer, id) };
}

const columns = (input: UpdateDeploymentSchedule): ScheduleUpdate => ({
  ...(input.slug !== undefined && { slug: input.slug }),
  ...(typeof input.active === 'boolean' && { active: input.active }),
  ...(input.schedule && { schedule: scheduleTimes('input.schedule', input.schedule) }),
  ...(input.maxScheduledRuns !== undefined && { maxScheduledRuns: input.maxScheduledRuns }),
  ...(input.parameters && { parameters: input.parameters }),
});
