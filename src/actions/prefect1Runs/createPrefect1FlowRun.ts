import { storableJson } from '../../core/checks/checkJson.ts';
import { labelsFor, parametersFor, runConfigFor } from '../../core/prefect1/prefect1FlowRun.ts';
import { requestOf } from '../../core/prefect1/prefect1Policy.ts';
import { normaliseState, prefect1Time } from '../../core/prefect1/serializedState.ts';
import { beginFlowRun } from '../../core/rules/begin.ts';
import { blankFlowRun } from '../../core/runs/blankFlowRun.ts';
import type { FlowRun } from '../../core/runs/run.ts';
import { NO_DETAILS } from '../../core/runs/state.ts';
import type { Instant } from '../../core/values/instant.ts';
import type { JsonObject } from '../../core/values/jsonObject.ts';
import { Problem } from '../../core/values/problem.ts';
import { runName } from '../../core/values/runName.ts';
import { type Viewer, visibleTenant } from '../../core/values/viewer.ts';
import type { Transaction } from '../../store/connection/database.ts';
import { newestOfVersionGroup, type RunnableFlow, runnableFlow } from '../../store/prefect1Runs/runnableFlow.ts';
import { NOT_MAPPED } from '../../store/taskRuns/insertTaskRuns.ts';
import type { Topic } from '../../streams/streams.ts';
import { queueCloudHooks } from '../cloudHooks/queueCloudHooks.ts';
import { begin, writeTaskRuns } from '../writing/createTaskRunBatch.ts';
import type { Engine } from '../writing/engine.ts';
import { newId } from '../writing/newId.ts';
import { writeFlowRunOnce } from '../writing/writeFlowRuns.ts';
import { prefect1TaskRunJob } from './prefect1TaskRunJob.ts';

/** `flowId` or `versionGroupId` is required; `flowId` wins. */
export interface CreatePrefect1FlowRun {
  flowId?: string | null;
  /** Selects the newest version of the group that is not archived. */
  versionGroupId?: string | null;
  parameters?: JsonObject | null;
  labels?: string[] | null;
  runConfig?: JsonObject | null;
  context?: JsonObject | null;
  /** Defaults to now. */
  scheduledStartTime?: Instant | null;
  /** Unique within the flow, for as long as the run exists. */
  idempotencyKey?: string | null;
  /** Null or empty for two random words. */
  name?: string | null;
  /** Whether the schedule of the flow creates the run. Defaults to false. */
  autoScheduled?: boolean;
}

/**
 * Creates a scheduled run of a registered flow, with a task run for each task of the flow, from which clients learn the tasks.
 * A second request with the same idempotency key and flow returns the first run, regardless of its other fields.
 * Source: prefect_server, api/runs.py, create_flow_run.
 */
export async function createPrefect1FlowRun(
  { database, streams }: Engine,
  viewer: Viewer,
  input: CreatePrefect1FlowRun,
): Promise<{ id: string; created: boolean }> {
  const { id, created, topics } = await database.transaction(async (transaction) => {
    const flow = await findFlow(transaction, visibleTenant(viewer), input);
    return insert(transaction, flow, input);
  });
  streams.announce(topics);
  return { id, created };
}

async function findFlow(
  transaction: Transaction,
  tenantId: string | null,
  { flowId, versionGroupId }: CreatePrefect1FlowRun,
): Promise<RunnableFlow> {
  if (flowId) {
    const flow = await runnableFlow(transaction, tenantId, flowId);
    if (!flow) throw new Problem('NOT_FOUND', `Flow ${flowId} not found`);
    if (flow.archived) throw new Problem('FAILED_PRECONDITION', `Flow ${flowId} is archived.`);
    return flow;
  }
  if (!versionGroupId) throw new Problem('BAD_USER_INPUT', 'A flow id or version group ID must be provided.');
  const flow = await newestOfVersionGroup(transaction, tenantId, versionGroupId);
  if (!flow) throw new Problem('NOT_FOUND', `Version group ${versionGroupId} has no unarchived flows.`);
  return flow;
}

async function insert(transaction: Transaction, flow: RunnableFlow, input: CreatePrefect1FlowRun) {
  const { id: flowId, tenantId, version, now } = flow;
  const scheduledStartTime = input.scheduledStartTime ?? now;
  const { labels = null, runConfig = null, parameters = null } = input;
  const asked = { labels, runConfig, parameters };
  const given = {
    id: newId(),
    tenantId,
    flowId,
    name: input.name || runName(Math.random),
    flowVersion: version === null ? null : String(version),
    parameters: storableJson('parameters', parametersFor(flow, asked)),
    context: storableJson('context', input.context ?? {}),
    tags: labelsFor(flow, asked),
    idempotencyKey: input.idempotencyKey,
    autoScheduled: input.autoScheduled,
  };
  const scheduled = { type: 'Scheduled', message: 'Flow run scheduled.', start_time: prefect1Time(scheduledStartTime) };
  const facts = { prefect1: true, now, newId, random: Math.random() };
  const begun = beginFlowRun(blankFlowRun(given, {}, now), requestOf(normaliseState(scheduled, now)), facts);
  if (begun instanceof Problem) throw begun;
  const { run, state } = begun;
  const prefect1 = { scheduledStartTime, runConfig: storableJson('run_config', runConfigFor(flow, asked)) };
  const { id, created } = await writeFlowRunOnce(transaction, { run, state, prefect1 });
  if (!created) return { id, created, topics: new Set<Topic>() };
  const topics = writeTaskRunsOf(transaction, flow, run);
  await queueCloudHooks(transaction, [state]);
  return { id, created, topics: topics.add(`flowRunStates:${id}`) };
}

/** One task run for each task of the flow. */
function writeTaskRunsOf(transaction: Transaction, flow: RunnableFlow, run: FlowRun): Set<Topic> {
  const { id, labels, stateType, runCount } = run;
  const around = { labels, facts: { id, stateType, details: NO_DETAILS, runCount } };
  const begun = flow.tasks.flatMap((task) => {
    const beginning = begin(prefect1TaskRunJob(run, task, NOT_MAPPED, flow.now), around, flow.now);
    return beginning instanceof Problem ? [] : beginning;
  });
  return writeTaskRuns(transaction, begun);
}
