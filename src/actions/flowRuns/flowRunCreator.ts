import { decideFlowRun } from '../../core/rules/decide.ts';
import { type FlowRun, type Labels, NO_FLOW_RUN_POLICY } from '../../core/runs/run.ts';
import { type ProposedState, proposeState, type StateRequest } from '../../core/runs/state.ts';
import { runName } from '../../core/values/names.ts';
import { Problem } from '../../core/values/problem.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import type { Transaction } from '../../store/connection/database.ts';
import { type FlowRunReferences, flowRunIdByKey, readReferences } from '../../store/flowRuns/flowRunCreations.ts';
import { flowRunsById } from '../../store/flowRuns/flowRuns.ts';
import { insertFlowRun, insertFlowRunStates } from '../../store/flowRuns/flowRunWrites.ts';
import type { Topic } from '../../streams/streams.ts';
import type { Engine } from '../writing/engine.ts';
import { moveTaskRunBatch } from '../writing/moveTaskRunBatch.ts';
import { newId } from '../writing/newId.ts';
import type { CreateFlowRun } from './createFlowRun.ts';
import { parentTaskRunMoves } from './moveParentTaskRuns.ts';

/** A run to make: checked, and its queue found. */
export type NewFlowRun = Omit<CreateFlowRun, 'workPoolName' | 'workQueueName'> & { workQueueId: string | null };

/** Makes one flow run in a transaction of its own; `gather` says in it what the run is to be. */
export async function makeFlowRun(
  { database, streams }: Engine,
  { tenantId }: Viewer,
  gather: (transaction: Transaction) => Promise<NewFlowRun>,
): Promise<{ flowRun: FlowRun; created: boolean }> {
  const { id, created, topics } = await database.transaction(async (transaction) => {
    const wanted = await gather(transaction);
    const references = await readReferences(transaction, {
      tenantId,
      flowId: wanted.flowId,
      deploymentId: wanted.deploymentId ?? null,
      parentTaskRunId: wanted.parentTaskRunId ?? null,
    });
    checkReferences(wanted, references);
    return insert(transaction, blankFlowRun(tenantId, wanted, references), wanted, references);
  });
  streams.announce(topics);
  const [flowRun] = await flowRunsById(database, tenantId, [id]);
  if (!flowRun) throw new Error(`flow run ${id} is gone`);
  return { flowRun, created };
}

function checkReferences(wanted: NewFlowRun, found: FlowRunReferences): void {
  for (const [noun, id, there] of [
    ['Flow', wanted.flowId, found.flow],
    ['Deployment', wanted.deploymentId, found.deployment],
    ['Task run', wanted.parentTaskRunId, found.parentTaskRun],
  ] as const) {
    if (id && !there) throw new Problem('REFERENCE_NOT_FOUND', `${noun} with id ${id} not found`);
  }
}

/** A run before its first state. */
export function blankFlowRun(
  tenantId: string,
  wanted: Omit<NewFlowRun, 'state'>,
  { now, labels }: Pick<FlowRunReferences, 'now' | 'labels'>,
): FlowRun {
  const system: Labels = { 'prefect.flow.id': wanted.flowId };
  if (wanted.deploymentId) system['prefect.deployment.id'] = wanted.deploymentId;
  return {
    id: newId(),
    created: now,
    updated: now,
    tenantId,
    flowId: wanted.flowId,
    deploymentId: wanted.deploymentId ?? null,
    parentTaskRunId: wanted.parentTaskRunId ?? null,
    name: wanted.name || runName(Math.random),
    flowVersion: wanted.flowVersion ?? null,
    parameters: wanted.parameters ?? {},
    context: wanted.context ?? {},
    policy: { ...NO_FLOW_RUN_POLICY, ...wanted.policy },
    tags: wanted.tags ?? [],
    labels: { ...labels, ...system, ...wanted.labels },
    jobVariables: wanted.jobVariables ?? {},
    idempotencyKey: wanted.idempotencyKey || null,
    infrastructurePid: null,
    workQueueId: wanted.workQueueId,
    autoScheduled: false,
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

/** The run in its first state, which no rule but the few of force is asked about; and what follows from it. */
export function beginFlowRun(blank: FlowRun, request: StateRequest, now: number) {
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
  const state: ProposedState = write.state;
  return { run: { ...blank, ...write.changes }, state, effects: write.effects };
}

async function insert(transaction: Transaction, blank: FlowRun, wanted: NewFlowRun, { now }: FlowRunReferences) {
  const { run, state, effects } = beginFlowRun(blank, wanted.state ?? { type: 'PENDING' }, now);
  const topics = new Set<Topic>();
  if (!(await insertFlowRun(transaction, run, state))) {
    const id = await flowRunIdByKey(transaction, run.tenantId, run.flowId, run.idempotencyKey ?? '');
    if (id === null) throw new Error(`the run of idempotency key ${run.idempotencyKey} is gone`);
    return { id, created: false, topics };
  }
  insertFlowRunStates(transaction, [{ flowRunId: run.id, version: 1, state }]);
  topics.add(`flowRunStates:${run.id}`);
  const parents = parentTaskRunMoves(run.tenantId, effects);
  if (parents.length > 0) {
    for (const topic of (await moveTaskRunBatch(transaction, parents)).topics) topics.add(topic);
  }
  return { id: run.id, created: true, topics };
}
