import { checkJson, checkLabels, checkParameters } from '../../core/checks/checkJson.ts';
import { checkFlowRunPolicy } from '../../core/checks/checkNumbers.ts';
import { checkStateRequest } from '../../core/checks/checkStateRequest.ts';
import { checkIdempotencyKey, checkName, checkTags } from '../../core/checks/checkText.ts';
import type { FlowRun, FlowRunPolicy, Labels } from '../../core/runs/run.ts';
import type { StateRequest } from '../../core/runs/state.ts';
import type { JsonObject } from '../../core/values/jsonObject.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import type { Keyed } from '../writing/answerBook.ts';
import type { Engine } from '../writing/engine.ts';
import { makeFlowRun } from './flowRunCreator.ts';
import { requireWorkQueue, type WorkQueueNames } from './requireWorkQueue.ts';

export interface CreateFlowRun extends Keyed, WorkQueueNames {
  flowId: string;
  /** Null or empty: two random words. */
  name?: string | null;
  /** Any state may be the first. Default PENDING. */
  state?: StateRequest | null;
  parameters?: JsonObject | null;
  context?: JsonObject | null;
  tags?: string[] | null;
  labels?: Labels | null;
  policy?: Partial<Pick<FlowRunPolicy, 'retries' | 'retryDelaySeconds'>> | null;
  deploymentId?: string | null;
  parentTaskRunId?: string | null;
  flowVersion?: string | null;
  jobVariables?: JsonObject | null;
}

/**
 * Makes a flow run in its first state. The idempotency key is the run's own and lasts as long as the run: a second request
 * with the key of a flow's run gets that run, whatever else it asks for.
 * Source: Prefect 3, models/flow_runs.py, create_flow_run.
 */
export async function createFlowRun(
  engine: Engine,
  viewer: Viewer,
  input: CreateFlowRun,
): Promise<{ flowRun: FlowRun; created: boolean }> {
  checkNewFlowRun(input);
  return makeFlowRun(engine, viewer, async (transaction) => {
    const queue = await requireWorkQueue(transaction, viewer.tenantId, input);
    return { ...input, workQueueId: queue?.workQueueId ?? null };
  });
}

/** The form of what a caller says about a new run; throws BAD_USER_INPUT. */
export function checkNewFlowRun(input: Omit<CreateFlowRun, 'flowId'>): void {
  if (input.name) checkName('name', input.name);
  if (input.state) checkStateRequest('state', input.state);
  checkParameters('parameters', input.parameters ?? {});
  checkJson('context', input.context ?? {});
  checkJson('jobVariables', input.jobVariables ?? {});
  checkTags('tags', input.tags ?? []);
  checkLabels('labels', input.labels ?? {});
  checkFlowRunPolicy('policy', input.policy ?? {});
  if (input.flowVersion) checkName('flowVersion', input.flowVersion);
  checkIdempotencyKey('idempotencyKey', input.idempotencyKey);
}
