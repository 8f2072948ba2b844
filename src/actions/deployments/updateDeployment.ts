import type { Deployment } from '../../core/runs/run.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import { deleteSchedulesOf, insertSchedules } from '../../store/deployments/deploymentSchedules.ts';
import { deploymentsById } from '../../store/deployments/deployments.ts';
import { type DeploymentUpdate, updateDeploymentColumns } from '../../store/deployments/deploymentWrites.ts';
import { jobVariablesOf } from '../../store/deployments/jobVariables.ts';
import { withdrawDeploymentRuns } from '../../store/deployments/scheduledDeployments.ts';
import { requireWorkQueue } from '../flowRuns/requireWorkQueue.ts';
import type { Keyed } from '../writing/answerBook.ts';
import type { Engine } from '../writing/engine.ts';
import { type ChangingDeployment, changeDeployment, unknownDeployment } from './changeDeployment.ts';
import {
  checkDeploymentContent,
  checkDeploymentSchemas,
  type DeploymentContent,
  jobVariablesSchema,
} from './deploymentContent.ts';
import { type NewSchedule, newSchedules } from './scheduleRequest.ts';

/** Only present fields change. Null clears a description, version, schema or work pool. */
export interface UpdateDeployment extends Keyed, DeploymentContent {
  deploymentId: string;
}

/**
 * Changes a deployment. If the request has schedules, they replace all existing ones. Runs that the schedules created
 * for the earlier settings are deleted and created again.
 * Source: Prefect 3, models/deployments.py, update_deployment.
 */
export async function updateDeployment(
  engine: Engine,
  viewer: Viewer,
  input: UpdateDeployment,
): Promise<{ deployment: Deployment }> {
  checkDeploymentContent(input);
  const schedules = input.schedules ? newSchedules('schedules', input.schedules) : null;
  const { tenantId } = viewer;
  const { deploymentId } = await changeDeployment(
    engine,
    viewer,
    { operation: 'updateDeployment', input },
    async () => input.deploymentId,
    async (changing) => {
      const { transaction, deployment, now } = changing;
      const update = await checkedUpdate(changing, input);
      await updateDeploymentColumns(transaction, deployment.id, update);
      if (schedules) await replaceSchedules(changing, schedules);
      const isOther = schedules !== null || TAKEN_OVER.some((column) => column in update);
      const withdrawn = isOther ? await withdrawDeploymentRuns(transaction, deployment.id, now) : [];
      return { answer: { deploymentId: deployment.id }, withdrawn };
    },
  );
  const [deployment] = await deploymentsById(engine.database, tenantId, [deploymentId]);
  if (!deployment) throw unknownDeployment(deploymentId);
  return { deployment };
}

/** The settings that decide whether runs are created, and with which content. */
const TAKEN_OVER = ['paused', 'parameters', 'tags', 'labels', 'workQueueId'] as const;

async function checkedUpdate(
  { transaction, deployment }: ChangingDeployment,
  input: UpdateDeployment,
): Promise<DeploymentUpdate> {
  const { tenantId } = deployment;
  const isMoved = input.workPoolName !== undefined || input.workQueueName !== undefined;
  const queue = isMoved ? await requireWorkQueue(transaction, tenantId, input) : null;
  const update: DeploymentUpdate = {
    ...(input.tags && { tags: input.tags }),
    ...(input.labels && { labels: input.labels }),
    ...(input.description !== undefined && { description: input.description }),
    ...(input.version !== undefined && { version: input.version }),
    ...(typeof input.paused === 'boolean' && { paused: input.paused }),
    ...(input.parameters && { parameters: input.parameters }),
    ...(input.parameterOpenapiSchema !== undefined && { parameterOpenapiSchema: input.parameterOpenapiSchema }),
    ...(typeof input.enforceParameterSchema === 'boolean' && { enforceParameterSchema: input.enforceParameterSchema }),
    ...(input.jobVariables && { jobVariables: input.jobVariables }),
    ...(isMoved && { workQueueId: queue?.workQueueId ?? null }),
  };
  const variables = isMoved
    ? queue && jobVariablesSchema(queue.baseJobTemplate)
    : ((await jobVariablesOf(transaction, tenantId, deployment.id))?.schema ?? null);
  checkDeploymentSchemas('Error updating deployment', { ...deployment, ...update }, variables);
  return update;
}

async function replaceSchedules({ transaction, deployment }: ChangingDeployment, schedules: readonly NewSchedule[]) {
  await deleteSchedulesOf(transaction, deployment.id);
  await insertSchedules(
    transaction,
    schedules.map((schedule) => ({ ...schedule, deploymentId: deployment.id })),
  );
}
