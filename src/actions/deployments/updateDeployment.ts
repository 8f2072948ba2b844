import type { Deployment } from '../../core/runs/run.ts';
import { continueSchedules, type RedeployedSchedule } from '../../core/schedules/continueSchedules.ts';
import { sameJson } from '../../core/values/sameJson.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import {
  deleteSchedules,
  insertSchedules,
  schedulesOf,
  updateSchedules,
} from '../../store/deployments/deploymentSchedules.ts';
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
  hydratedParameters,
  jobVariablesSchema,
} from './deploymentContent.ts';
import { newSchedules, type ScheduleRequest } from './scheduleRequest.ts';

/** Only present fields change. Null clears a description, version, schema or work pool. */
export interface UpdateDeployment extends Keyed, DeploymentContent {
  deploymentId: string;
}

/**
 * Changes a deployment. If the request has schedules, the deployment has only these afterwards. Schedules that it had before
 * keep their ids. Runs that the schedules created for other settings are deleted and created again.
 * Source: Prefect 3, models/deployments.py, update_deployment.
 */
export async function updateDeployment(
  engine: Engine,
  viewer: Viewer,
  input: UpdateDeployment,
): Promise<{ deployment: Deployment }> {
  checkDeploymentContent(input);
  const schedules = input.schedules ? await redeployed(input.schedules) : null;
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
      const otherSchedules = schedules ? await replaceSchedules(changing, schedules) : [];
      const isOther = TAKEN_OVER.some((column) => {
        const value = update[column];
        return value !== undefined && !sameJson(value, deployment[column]);
      });
      const withdrawn =
        isOther || otherSchedules.length > 0
          ? await withdrawDeploymentRuns(transaction, deployment.id, now, isOther ? null : otherSchedules)
          : [];
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
    ...(input.parameters && { parameters: hydratedParameters('deployment parameters', input.parameters) }),
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

const redeployed = async (requests: readonly ScheduleRequest[]): Promise<RedeployedSchedule[]> =>
  (await newSchedules('schedules', requests)).map((schedule, index) => ({
    ...schedule,
    saysActive: typeof requests[index]?.active === 'boolean',
    saysAnchor: (requests[index]?.schedule.anchorDate ?? null) !== null,
  }));

/** Returns the ids of the schedules whose waiting runs are no longer right. */
async function replaceSchedules(
  { transaction, deployment }: ChangingDeployment,
  wanted: readonly RedeployedSchedule[],
): Promise<string[]> {
  const known = (await schedulesOf(transaction, [deployment.id])).get(deployment.id) ?? [];
  const { continued, added, missingIds, withdrawnIds } = continueSchedules(known, wanted);
  // Deleted first, because another schedule may get the slug.
  await deleteSchedules(transaction, missingIds);
  await updateSchedules(transaction, continued);
  await insertSchedules(
    transaction,
    added.map((schedule) => ({ ...schedule, deploymentId: deployment.id })),
  );
  return withdrawnIds;
}
