import { checkName } from '../../core/checks/checkText.ts';
import type { Deployment } from '../../core/runs/run.ts';
import { faultBySchema } from '../../core/schemas/faultBySchema.ts';
import { jobVariablesFault } from '../../core/schemas/jobVariablesFault.ts';
import type { JsonObject } from '../../core/values/jsonObject.ts';
import { Problem } from '../../core/values/problem.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import type { Queryable } from '../../store/connection/database.ts';
import { type DeploymentForRun, deploymentForRun } from '../../store/deployments/jobVariables.ts';
import { siblingQueue } from '../../store/workPools/workQueues.ts';
import { type CreateFlowRun, checkNewFlowRun } from '../flowRuns/createFlowRun.ts';
import { createGatheredFlowRun, type GatheredFlowRun } from '../flowRuns/createGatheredFlowRun.ts';
import type { CreatedFlowRun } from '../writing/createFlowRunBatch.ts';
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
): Promise<CreatedFlowRun> {
  const { workQueueName = null, ...content } = input;
  checkNewFlowRun(content);
  if (workQueueName !== null) checkName('workQueueName', workQueueName);
  const deployment = await deploymentForRun(engine.database, viewer.tenantId, input.deploymentId);
  if (!deployment) throw unknownDeployment(input.deploymentId);
  return createGatheredFlowRun(engine, viewer, await fromDeployment(engine.database, deployment, input));
}

async function fromDeployment(
  database: Queryable,
  deployment: DeploymentForRun,
  input: CreateFlowRunFromDeployment,
): Promise<GatheredFlowRun> {
  const { enforceParameterSchema, workQueueName, ...content } = input;
  const parameters = hydratedParameters('flow run parameters', { ...deployment.parameters, ...input.parameters });
  const schema = deployment.parameterOpenapiSchema;
  if (schema && (enforceParameterSchema ?? deployment.enforceParameterSchema))
    throwFault(DOING, 'parameters', faultBySchema(schema, parameters));
  checkJobVariables(deployment, input.jobVariables ?? {});
  return {
    ...content,
    flowId: deployment.flowId,
    state: input.state ?? { type: 'SCHEDULED' },
    parameters,
    tags: [...new Set([...deployment.tags, ...(input.tags ?? [])])],
    workQueueId: workQueueName ? await otherQueue(database, deployment, workQueueName) : deployment.workQueueId,
  };
}

const DOING = 'Error creating flow run';

/** All required variables must be present here: from the deployment, the request, or the defaults. */
function checkJobVariables({ jobVariables: defaults, jobVariablesSchema }: DeploymentForRun, jobVariables: JsonObject) {
  if (!jobVariablesSchema) return;
  throwFault(DOING, 'jobVariables', jobVariablesFault(jobVariablesSchema, { ...defaults, ...jobVariables }, true));
}

async function otherQueue(database: Queryable, { workQueueId }: Deployment, name: string): Promise<string> {
  if (workQueueId === null)
    throw new Problem('FAILED_PRECONDITION', 'The deployment has no work pool, so its runs cannot be in a queue.');
  const queueId = await siblingQueue(database, workQueueId, name);
  if (queueId === null) throw new Problem('REFERENCE_NOT_FOUND', `The deployment's work pool has no queue '${name}'.`);
  return queueId;
}
