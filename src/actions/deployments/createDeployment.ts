import { checkName } from '../../core/checks/checkText.ts';
import type { Deployment } from '../../core/runs/run.ts';
import { Problem } from '../../core/values/problem.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import { insertSchedules } from '../../store/deployments/deploymentSchedules.ts';
import { deploymentsById } from '../../store/deployments/deployments.ts';
import { getOrCreateDeployment } from '../../store/deployments/deploymentWrites.ts';
import type { Topic } from '../../streams/streams.ts';
import { requireWorkQueue } from '../flowRuns/requireWorkQueue.ts';
import { answerOnce, type Keyed, keyedRequest } from '../writing/answerBook.ts';
import type { Engine } from '../writing/engine.ts';
import { newId } from '../writing/newId.ts';
import {
  checkDeploymentContent,
  checkDeploymentSchemas,
  type DeploymentContent,
  jobVariablesSchema,
} from './deploymentContent.ts';
import { scheduleDeployments } from './scheduleDeployments.ts';
import { newSchedules } from './scheduleRequest.ts';

export interface CreateDeployment extends Keyed, DeploymentContent {
  flowId: string;
  name: string;
}

/**
 * Returns the deployment of a flow with this name, and creates it with the next runs of its schedules if it does not
 * exist. An existing deployment stays unchanged.
 */
export async function createDeployment(
  engine: Engine,
  viewer: Viewer,
  input: CreateDeployment,
): Promise<{ deployment: Deployment; created: boolean }> {
  checkName('name', input.name);
  checkDeploymentContent(input);
  const schedules = await newSchedules('schedules', input.schedules ?? []);
  const { tenantId } = viewer;
  const topics: Topic[] = [];
  const request = keyedRequest(viewer, 'createDeployment', input);
  const answer = await answerOnce(engine.database, request, async (transaction) => {
    const queue = await requireWorkQueue(transaction, tenantId, input);
    const deployment = { id: newId(), tenantId, ...content(input), workQueueId: queue?.workQueueId ?? null };
    checkDeploymentSchemas('Error creating deployment', deployment, queue && jobVariablesSchema(queue.baseJobTemplate));
    const made = await getOrCreateDeployment(transaction, deployment);
    if (!made) throw new Problem('REFERENCE_NOT_FOUND', `Flow with id ${input.flowId} not found`);
    if (made.created && schedules.length > 0) {
      await insertSchedules(
        transaction,
        schedules.map((schedule) => ({ ...schedule, deploymentId: made.id })),
      );
      topics.push(...(await scheduleDeployments(transaction, [made.id], Date.now() * 1000)).topics);
    }
    return made;
  });
  engine.streams.announce(topics);
  const [deployment] = await deploymentsById(engine.database, tenantId, [answer.id]);
  if (!deployment) throw new Error(`deployment ${answer.id} is gone`);
  return { deployment, created: answer.created };
}

const content = (input: CreateDeployment) => ({
  flowId: input.flowId,
  name: input.name,
  tags: input.tags ?? [],
  labels: input.labels ?? {},
  description: input.description ?? null,
  version: input.version ?? null,
  paused: input.paused ?? false,
  parameters: input.parameters ?? {},
  parameterOpenapiSchema: input.parameterOpenapiSchema ?? null,
  enforceParameterSchema: input.enforceParameterSchema ?? true,
  jobVariables: input.jobVariables ?? {},
});
