import { checkJson, checkLabels, checkParameters } from '../core/checkJson.ts';
import { checkFlowRunPolicy } from '../core/checkNumbers.ts';
import { checkStateRequest } from '../core/checkStateRequest.ts';
import { checkIdempotencyKey, checkName, checkTags } from '../core/checkText.ts';
import { decideFlowRun } from '../core/decide.ts';
import { runName } from '../core/names.ts';
import { Problem } from '../core/problem.ts';
import { type FlowRun, type FlowRunPolicy, type Labels, NO_FLOW_RUN_POLICY } from '../core/run.ts';
import { type JsonObject, proposeState, type StateRequest } from '../core/state.ts';
import type { Viewer } from '../core/viewer.ts';
import type { Queryable } from '../store/database.ts';
import { type FlowRunReferences, flowRunIdByKey, readReferences } from '../store/flowRunCreations.ts';
import { flowRunsById } from '../store/flowRuns.ts';
import { insertFlowRun, insertFlowRunStates } from '../store/flowRunWrites.ts';
import type { Topic } from '../streams/streams.ts';
import type { Keyed } from './answerBook.ts';
import type { Engine } from './engine.ts';
import { followingTaskRun } from './flowRunMover.ts';
import { newId } from './newId.ts';
import { moveTaskRuns } from './taskRunMover.ts';

export interface CreateFlowRun extends Keyed {
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
  check(input);
  const { tenantId } = viewer;
  const { database, streams } = engine;
  const { id, created, topics } = await database.transaction(async (transaction) => {
    const references = await readReferences(transaction, {
      tenantId,
      flowId: input.flowId,
      deploymentId: input.deploymentId ?? null,
      parentTaskRunId: input.parentTaskRunId ?? null,
    });
    checkReferences(input, references);
    return insert(transaction, newFlowRun(viewer, input, references), input, references);
  });
  streams.announce(topics);
  const [flowRun] = await flowRunsById(database, tenantId, [id]);
  if (!flowRun) throw new Error(`flow run ${id} is gone`);
  return { flowRun, created };
}

function check(input: CreateFlowRun): void {
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

function checkReferences(input: CreateFlowRun, found: FlowRunReferences): void {
  for (const [noun, id, there] of [
    ['Flow', input.flowId, found.flow],
    ['Deployment', input.deploymentId, found.deployment],
    ['Task run', input.parentTaskRunId, found.parentTaskRun],
  ] as const) {
    if (id && !there) throw new Problem('REFERENCE_NOT_FOUND', `${noun} with id ${id} not found`);
  }
}

function newFlowRun({ tenantId }: Viewer, input: CreateFlowRun, { now, labels }: FlowRunReferences): FlowRun {
  const system: Labels = { 'prefect.flow.id': input.flowId };
  if (input.deploymentId) system['prefect.deployment.id'] = input.deploymentId;
  return {
    id: newId(),
    created: now,
    updated: now,
    tenantId,
    flowId: input.flowId,
    deploymentId: input.deploymentId ?? null,
    parentTaskRunId: input.parentTaskRunId ?? null,
    name: input.name || runName(Math.random),
    flowVersion: input.flowVersion ?? null,
    parameters: input.parameters ?? {},
    context: input.context ?? {},
    policy: { ...NO_FLOW_RUN_POLICY, ...input.policy },
    tags: input.tags ?? [],
    labels: { ...labels, ...system, ...input.labels },
    jobVariables: input.jobVariables ?? {},
    idempotencyKey: input.idempotencyKey || null,
    infrastructurePid: null,
    version: 1,
    stateId: '',
    stateType: 'PENDING',
    stateName: '',
    stateTimestamp: now,
    runCount: 0,
    expectedStartTime: null,
    nextScheduledStartTime: null,
    startTime: null,
    endTime: null,
    totalRunTimeSeconds: 0,
  };
}

async function insert(transaction: Queryable, blank: FlowRun, input: CreateFlowRun, { now }: FlowRunReferences) {
  const request = input.state ?? { type: 'PENDING' };
  const { write } = decideFlowRun({
    kind: 'flow_run',
    run: blank,
    initial: null,
    proposed: proposeState(request, newId(), now),
    force: true,
    prefect1: false,
    now,
    newId,
    random: Math.random(),
  });
  if (!write) throw new Problem('FAILED_PRECONDITION', `A flow run cannot begin in state ${request.type}.`);
  const run = { ...blank, ...write.changes };
  const topics = new Set<Topic>();
  if (!(await insertFlowRun(transaction, run, write.state))) {
    const id = await flowRunIdByKey(transaction, run.tenantId, run.flowId, run.idempotencyKey ?? '');
    if (id === null) throw new Error(`the run of idempotency key ${run.idempotencyKey} is gone`);
    return { id, created: false, topics };
  }
  await insertFlowRunStates(transaction, [{ flowRunId: run.id, version: 1, state: write.state }]);
  topics.add(`flowRunStates:${run.id}`);
  const parents = write.effects.flatMap((effect) =>
    effect.kind === 'moveParentTaskRun' ? followingTaskRun(run.tenantId, effect) : [],
  );
  if (parents.length > 0) {
    for (const topic of (await moveTaskRuns(transaction, parents)).topics) topics.add(topic);
  }
  return { id: run.id, created: true, topics };
}
