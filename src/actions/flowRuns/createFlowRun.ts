import { checkJson, checkLabels, checkParameters } from '../../core/checks/checkJson.ts';
import { checkFlowRunPolicy } from '../../core/checks/checkNumbers.ts';
import { checkStateRequest } from '../../core/checks/checkStateRequest.ts';
import { checkIdempotencyKey, checkName, checkTags } from '../../core/checks/checkText.ts';
import type { FlowRunPolicy } from '../../core/runs/run.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import type { Keyed } from '../writing/answerBook.ts';
import type { CreatedFlowRun } from '../writing/createFlowRunBatch.ts';
import type { Engine } from '../writing/engine.ts';
import { createGatheredFlowRun, type GatheredFlowRun } from './createGatheredFlowRun.ts';
import { requireWorkQueue, type WorkQueueNames } from './requireWorkQueue.ts';

/** Any state may be the first; it defaults to PENDING. A name that is null or empty is replaced by two random words. */
export interface CreateFlowRun
  extends Keyed,
    WorkQueueNames,
    Omit<GatheredFlowRun, 'idempotencyKey' | 'workQueueId' | 'autoScheduled' | 'policy'> {
  policy?: Partial<Pick<FlowRunPolicy, 'retries' | 'retryDelaySeconds'>> | null;
}

/**
 * Creates a flow run in its first state. The idempotency key belongs to the run and lasts as long as the run: a second request
 * with the same key and flow returns that run, regardless of its other fields.
 * Source: Prefect 3, models/flow_runs.py, create_flow_run.
 */
export async function createFlowRun(engine: Engine, viewer: Viewer, input: CreateFlowRun): Promise<CreatedFlowRun> {
  checkNewFlowRun(input);
  const queue = await requireWorkQueue(engine.database, viewer.tenantId, input);
  return createGatheredFlowRun(engine, viewer, { ...input, workQueueId: queue?.workQueueId ?? null });
}

/** Checks the input of a new run. Throws BAD_USER_INPUT. */
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
