import { labelsFor, parametersFor, runConfigFor } from '../../core/prefect1/prefect1FlowRun.ts';
import { requestOf } from '../../core/prefect1/prefect1Policy.ts';
import { normaliseState, prefect1Time, storableObject } from '../../core/prefect1/serializedState.ts';
import { decideFlowRun } from '../../core/rules/decide.ts';
import { type FlowRun, NO_FLOW_RUN_POLICY } from '../../core/runs/run.ts';
import { NO_DETAILS, proposeState } from '../../core/runs/state.ts';
import type { Instant } from '../../core/values/instant.ts';
import type { JsonObject } from '../../core/values/jsonObject.ts';
import { runName } from '../../core/values/names.ts';
import { Problem } from '../../core/values/problem.ts';
import { type Viewer, visibleTenant } from '../../core/values/viewer.ts';
import type { Transaction } from '../../store/connection/database.ts';
import { flowRunIdByKey } from '../../store/flowRuns/flowRunCreations.ts';
import { insertFlowRun, insertFlowRunStates } from '../../store/flowRuns/flowRunWrites.ts';
import {
  newestOfVersionGroup,
  type RegisteredFlow,
  registeredFlow,
} from '../../store/prefect1Runs/prefect1FlowRunCreations.ts';
import { insertTaskRuns, NOT_MAPPED } from '../../store/taskRuns/taskRunCreations.ts';
import { insertTaskRunStates } from '../../store/taskRuns/taskRunWrites.ts';
import type { Topic } from '../../streams/streams.ts';
import { queueCloudHooks } from '../cloudHooks/queueCloudHooks.ts';
import { begin } from '../writing/createTaskRunBatch.ts';
import type { Engine } from '../writing/engine.ts';
import { taskRunTopics } from '../writing/moveTaskRunBatch.ts';
import { newId } from '../writing/newId.ts';
import { prefect1TaskRunJob } from './prefect1TaskRunJob.ts';

/** Of `flowId` and `versionGroupId` one is given; with both, the flow is meant. */
export interface CreatePrefect1FlowRun {
  flowId?: string | null;
  /** The newest version of this group that is not archived. */
  versionGroupId?: string | null;
  parameters?: JsonObject | null;
  labels?: string[] | null;
  runConfig?: JsonObject | null;
  context?: JsonObject | null;
  /** Default: now. */
  scheduledStartTime?: Instant | null;
  /** Lasts as long as the run, and counts within its flow. */
  idempotencyKey?: string | null;
  /** Null or empty: two random words. */
  name?: string | null;
  /** Made by the schedule of its flow. Default false. */
  autoScheduled?: boolean;
}

/**
 * Makes a run of a registered flow, scheduled, with a task run for each of the flow's tasks: a client knows the tasks from
 * these. A second request with the key of a flow's run gets that run, whatever else it asks for.
 * Source: prefect_server, api/runs.py, create_flow_run.
 */
export async function createPrefect1FlowRun(
  { database, streams }: Engine,
  viewer: Viewer,
  input: CreatePrefect1FlowRun,
): Promise<{ id: string; created: boolean }> {
  const { id, topics } = await database.transaction(async (transaction) => {
    const flow = await findFlow(transaction, visibleTenant(viewer), input);
    return insert(transaction, flow, input);
  });
  streams.announce(topics);
  return { id, created: topics.size > 0 };
}

async function findFlow(
  transaction: Transaction,
  tenantId: string | null,
  { flowId, versionGroupId }: CreatePrefect1FlowRun,
): Promise<RegisteredFlow> {
  if (flowId) {
    const flow = await registeredFlow(transaction, tenantId, flowId);
    if (!flow) throw new Problem('NOT_FOUND', `Flow ${flowId} not found`);
    if (flow.archived) throw new Problem('FAILED_PRECONDITION', `Flow ${flowId} is archived.`);
    return flow;
  }
  if (!versionGroupId) throw new Problem('BAD_USER_INPUT', 'A flow id or version group ID must be provided.');
  const flow = await newestOfVersionGroup(transaction, tenantId, versionGroupId);
  if (!flow) throw new Problem('NOT_FOUND', `Version group ${versionGroupId} has no unarchived flows.`);
  return flow;
}

async function insert(transaction: Transaction, flow: RegisteredFlow, input: CreatePrefect1FlowRun) {
  const { now } = flow;
  const scheduledStartTime = input.scheduledStartTime ?? now;
  const { labels = null, runConfig = null, parameters = null } = input;
  const asked = { labels, runConfig, parameters };
  const blank = newFlowRun(flow, input, {
    tags: labelsFor(flow, asked),
    parameters: storableObject(parametersFor(flow, asked)),
  });
  const scheduled = { type: 'Scheduled', message: 'Flow run scheduled.', start_time: prefect1Time(scheduledStartTime) };
  const { write } = decideFlowRun({
    kind: 'flow_run',
    run: blank,
    initial: null,
    proposed: proposeState(requestOf(normaliseState(scheduled, now)), newId(), now),
    force: true,
    prefect1: true,
    now,
    newId,
    random: Math.random(),
  });
  if (!write) throw new Error('no rule of Prefect 1 refuses a first state');
  const run = { ...blank, ...write.changes };
  const prefect1 = {
    scheduledStartTime,
    runConfig: runConfigFor(flow, asked),
  };
  if (!(await insertFlowRun(transaction, run, write.state, prefect1))) {
    const id = await flowRunIdByKey(transaction, run.tenantId, run.flowId, run.idempotencyKey ?? '');
    if (id === null) throw new Error(`the run of idempotency key ${run.idempotencyKey} is gone`);
    return { id, topics: new Set<Topic>() };
  }
  insertFlowRunStates(transaction, [{ flowRunId: run.id, version: 1, state: write.state }]);
  const topics = insertTasksRuns(transaction, flow, run);
  await queueCloudHooks(transaction, [write.state]);
  return { id: run.id, topics: topics.add(`flowRunStates:${run.id}`) };
}

function insertTasksRuns(transaction: Transaction, flow: RegisteredFlow, run: FlowRun): Set<Topic> {
  if (flow.tasks.length === 0) return new Set();
  const { tenantId, labels, stateType, runCount } = run;
  const facts = { id: run.id, stateType, details: NO_DETAILS, runCount };
  const around = new Map([[run.id, { tenantId, labels, facts }]]);
  const begun = flow.tasks.flatMap((task) => {
    const beginning = begin(prefect1TaskRunJob(run, task, NOT_MAPPED, flow.now), around, flow.now);
    return beginning instanceof Problem ? [] : beginning;
  });
  insertTaskRuns(transaction, begun);
  const written = begun.map(({ run: { id, flowRunId }, state }) => ({
    taskRunId: id,
    flowRunId,
    version: 1,
    state,
    outOfOrder: false,
  }));
  insertTaskRunStates(transaction, written);
  return taskRunTopics(written);
}

const newFlowRun = (
  { id: flowId, tenantId, version, now }: RegisteredFlow,
  input: CreatePrefect1FlowRun,
  inherited: Pick<FlowRun, 'tags' | 'parameters'>,
): FlowRun => ({
  id: newId(),
  created: now,
  updated: now,
  tenantId,
  flowId,
  deploymentId: null,
  parentTaskRunId: null,
  name: input.name || runName(Math.random),
  flowVersion: version === null ? null : String(version),
  ...inherited,
  context: storableObject(input.context ?? {}),
  policy: NO_FLOW_RUN_POLICY,
  labels: { 'prefect.flow.id': flowId },
  jobVariables: {},
  idempotencyKey: input.idempotencyKey || null,
  infrastructurePid: null,
  workQueueId: null,
  autoScheduled: input.autoScheduled ?? false,
  version: 1,
  stateId: '',
  stateType: 'SCHEDULED',
  stateName: '',
  stateTimestamp: now,
  runCount: 0,
  expectedStartTime: null,
  nextScheduledStartTime: null,
  startTime: null,
  endTime: null,
  totalRunTimeSeconds: 0,
});
