import { checkName } from '../../core/checks/checkText.ts';
import type { Deployment, FlowRun } from '../../core/runs/run.ts';
import { faultBySchema } from '../../core/schemas/faultBySchema.ts';
import { jobVariablesFault } from '../../core/schemas/jobVariablesFault.ts';
import type { JsonObject } from '../../core/values/jsonObject.ts';
import { Problem } from '../../core/values/problem.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import type { Queryable } from '../../store/connection/database.ts';
import { lockDeploymentForRun } from '../../store/deployments/deploymentWrites.ts';
import { jobVariablesOf } from '../../store/deployments/jobVariables.ts';
import { siblingQueue } from '../../store/workPools/workQueues.ts';
import { type CreateFlowRun, checkNewFlowRun } from '../flowRuns/createFlowRun.ts';
import { createGatheredFlowRun, type GatheredFlowRun } from '../flowRuns/createGatheredFlowRun.ts';
import type { Engine } from '../writing/engine.ts';
import { unknownDeployment } from './changeDeployment.ts';
import { hydratedParameters, throwFault } from './deploymentContent.ts';

type Taken =
  | 'idempotencyKey'
  | 'name'
  | 'state'
  | 'parameters'
  | 'tags'
  | 'labels'
  | 'context'
  | 'jobVariables'
  | 'parentTaskRunId'
  | 'workQueueName';

export interface CreateFlowRunFromDeployment extends Pick<CreateFlowRun, Taken> {
  deploymentId: string;
  /** Default: the deployment's setting. */
  enforceParameterSchema?: boolean | null;
}

/**
 * Creates a run from a deployment, even if the deployment is paused. The request's parameters override the
 * deployment's, its tags are added, its labels are merged, and it may name another queue of the same pool. The first
 * state is SCHEDULED for now.
 * Source: Prefect 3, api/deployments.py, create_flow_run_from_deployment.
 */
export async function createFlowRunFromDeployment(
  engine: Engine,
  viewer: Viewer,
  input: CreateFlowRunFromDeployment,
): Promise<{ flowRun: FlowRun; created: boolean }> {
  const { workQueueName = null, ...content } = input;
  checkNewFlowRun(content);
  if (workQueueName !== null) checkName('workQueueName', workQueueName);
  return createGatheredFlowRun(engine, viewer, async (transaction) => {
    const deployment = await lockDeploymentForRun(transaction, viewer.tenantId, input.deploymentId);
    if (!deployment) throw unknownDeployment(input.deploymentId);
    return fromDeployment(transaction, deployment, input);
  });
}

async function fromDeployment(
  transaction: Queryable,
  deployment: Deployment,
  input: CreateFlowRunFromDeployment,
): Promise<GatheredFlowRun> {
  const { enforceParameterSchema, workQueueName, ...content } = input;
  const parameters = hydratedParameters('flow run parameters', { ...deployment.parameters, ...input.parameters });
  const schema = deployment.parameterOpenapiSchema;
  if (schema && (enforceParameterSchema ?? deployment.enforceParameterSchema))
    throwFault(DOING, 'parameters', faultBySchema(schema, parameters));
  await checkJobVariables(transaction, deployment, input.jobVariables ?? {});
  return {
    ...content,
    flowId: deployment.flowId,
    state: input.state ?? { type: 'SCHEDULED' },
    parameters,
    tags: [...new Set([...deployment.tags, ...(input.tags ?? [])])],
    workQueueId: workQueueName ? await otherQueue(transaction, deployment, workQueueName) : deployment.workQueueId,
  };
}

const DOING = 'Error creating flow run';

/** All required variables must be present here: from the deployment, the request, or the defaults. */
async function checkJobVariables(transaction: Queryable, deployment: Deployment, jobVariables: JsonObject) {
  const known = await jobVariablesOf(transaction, deployment.tenantId, deployment.id);
  if (!known?.schema) return;
  const fault = jobVariablesFault(known.schema, { ...known.deployment, ...jobVariables }, true);
  throwFault(DOING, 'jobVariables', fault);
}

async function otherQueue(transaction: Queryable, { workQueueId }: Deployment, name: string): Promise<string> {
  if (workQueueId === null)
    throw new Problem('FAILED_PRECONDITION', 'The deployment has no work pool, so its runs cannot be in a queue.');
  const queueId = await siblingQueue(transaction, workQueueId, name);
  if (queueId === null) throw new Problem('REFERENCE_NOT_FOUND', `The deployment's work pool has no queue '${name}'.`);
  return queueId;
}
