import type { Viewer } from '../../core/values/viewer.ts';
import { deleteDeploymentRow } from '../../store/deployments/deploymentWrites.ts';
import { deleteWaitingRuns } from '../../store/deployments/scheduledDeployments.ts';
import type { Keyed } from '../writing/answerBook.ts';
import type { Engine } from '../writing/engine.ts';
import { changeDeployment } from './changeDeployment.ts';

export interface DeleteDeployment extends Keyed {
  deploymentId: string;
}

/**
 * Deletes a deployment, its schedules, and all its runs that have not started, because no worker could take them any
 * more. Runs that have started stay.
 * Source: Prefect 3, models/deployments.py, delete_deployment.
 */
export const deleteDeployment = (
  engine: Engine,
  viewer: Viewer,
  input: DeleteDeployment,
): Promise<{ deploymentId: string }> =>
  changeDeployment(
    engine,
    viewer,
    { operation: 'deleteDeployment', input },
    async () => input.deploymentId,
    async ({ transaction, deployment: { id } }) => {
      const withdrawn = await deleteWaitingRuns(transaction, id);
      await deleteDeploymentRow(transaction, id);
      return { answer: { deploymentId: id }, withdrawn };
    },
  );
