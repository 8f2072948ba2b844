import type { Viewer } from '../../core/values/viewer.ts';
import { deleteSchedule, deploymentOfSchedule } from '../../store/deployments/deploymentSchedules.ts';
import { withdrawDeploymentRuns } from '../../store/deployments/scheduledDeployments.ts';
import type { Keyed } from '../writing/answerBook.ts';
import type { Engine } from '../writing/engine.ts';
import { changeDeployment } from './changeDeployment.ts';
import { unknownSchedule } from './createDeploymentSchedule.ts';

export interface DeleteDeploymentSchedule extends Keyed {
  deploymentScheduleId: string;
}

/** Deletes a schedule of a deployment and the future runs that it created. */
export const deleteDeploymentSchedule = (
  engine: Engine,
  viewer: Viewer,
  input: DeleteDeploymentSchedule,
): Promise<{ deploymentScheduleId: string }> =>
  changeDeployment(
    engine,
    viewer,
    { operation: 'deleteDeploymentSchedule', input },
    async (transaction) => {
      const deploymentId = await deploymentOfSchedule(transaction, viewer.tenantId, input.deploymentScheduleId);
      if (deploymentId === null) throw unknownSchedule(input.deploymentScheduleId);
      return deploymentId;
    },
    async ({ transaction, deployment, now }) => {
      const { deploymentScheduleId } = input;
      const withdrawn = await withdrawDeploymentRuns(transaction, deployment.id, now, [deploymentScheduleId]);
      await deleteSchedule(transaction, deploymentScheduleId);
      return { answer: { deploymentScheduleId }, withdrawn };
    },
  );
