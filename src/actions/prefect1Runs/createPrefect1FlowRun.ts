import { storableJson } from '../../core/checks/checkJson.ts';
import { labelsFor, parametersFor, runConfigFor } from '../../core/prefect1/prefect1FlowRun.ts';
import { requestOf } from '../../core/prefect1/prefect1Policy.ts';
import { normaliseState, prefect1Time } from '../../core/prefect1/serializedState.ts';
import { beginFlowRun } from '../../core/rules/begin.ts';
import { blankFlowRun } from '../../core/runs/blankFlowRun.ts';
import { NO_DETAILS } from '../../core/runs/state.ts';
import type { Instant } from '../../core/values/instant.ts';
import type { JsonObject } from '../../core/values/jsonObject.ts';
import { Problem } from '../../core/values/problem.ts';
import { roughSize } from '../../core/values/roughSize.ts';
import { runName } from '../../core/values/runName.ts';
import { type Viewer, visibleTenant } from '../../core/values/viewer.ts';
import type { Queryable } from '../../store/connection/database.ts';
import { newestOfVersionGroup, type RunnableFlow, runnableFlow } from '../../store/prefect1Runs/runnableFlow.ts';
import { type BegunTaskRun, NOT_MAPPED } from '../../store/taskRuns/insertTaskRuns.ts';
import { queueCloudHooks } from '../cloudHooks/queueCloudHooks.ts';
import { attachmentKind } from '../writing/attachment.ts';
import type { FlowRunCreation, FollowCreations } from '../writing/createFlowRunBatch.ts';
import { begin, writeTaskRuns } from '../writing/createTaskRunBatch.ts';
import type { Engine } from '../writing/engine.ts';
import { newId } from '../writing/newId.ts';
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
  { database, writer }: Engine,
  viewer: Viewer,
  input: CreatePrefect1FlowRun,
): Promise<{ id: string; created: boolean }> {
  const flow = await findFlow(database, visibleTenant(viewer), input);
  const job = creationJob(flow, input);
  const bytes = roughSize(job.run) + flow.tasks.length * BYTES_OF_TASK_RUN;
  const { flowRun, created } = await writer.flowRunCreations.submit(job, bytes);
  return { id: flowRun.id, created };
}

/** A task run with its state, as the statements take it. */
const BYTES_OF_TASK_RUN = 1_000;

async function findFlow(
  database: Queryable,
  tenantId: string | null,
  { flowId, versionGroupId }: CreatePrefect1FlowRun,
): Promise<RunnableFlow> {
  if (flowId) {
    const flow = await runnableFlow(database, tenantId, flowId);
    if (!flow) throw new Problem('NOT_FOUND', `Flow ${flowId} not found`);
    if (flow.archived) throw new Problem('FAILED_PRECONDITION', `Flow ${flowId} is archived.`);
    return flow;
  }
  if (!versionGroupId) throw new Problem('BAD_USER_INPUT', 'A flow id or version group ID must be provided.');
  const flow = await newestOfVersionGroup(database, tenantId, versionGroupId);
  if (!flow) throw new Problem('NOT_FOUND', `Version group ${versionGroupId} has no unarchived flows.`);
  return flow;
}

const FLOW = attachmentKind<RunnableFlow>('flow');

function creationJob(flow: RunnableFlow, input: CreatePrefect1FlowRun) {
  const { labels = null, runConfig = null, parameters = null } = input;
  const asked = { labels, runConfig, parameters };
  const run = {
    id: newId(),
    tenantId: flow.tenantId,
    flowId: flow.id,
    name: input.name || runName(Math.random),
    flowVersion: flow.version === null ? null : String(flow.version),
    parameters: storableJson('parameters', parametersFor(flow, asked)),
    context: storableJson('context', input.context ?? {}),
    tags: labelsFor(flow, asked),
    idempotencyKey: input.idempotencyKey,
    autoScheduled: input.autoScheduled,
  };
  const storedConfig = storableJson('run_config', runConfigFor(flow, asked));
  const begin = (now: Instant) => {
    const scheduledStartTime = input.scheduledStartTime ?? now;
    const state = {
      type: 'Scheduled',
      message: 'Flow run scheduled.',
      start_time: prefect1Time(scheduledStartTime),
    };
    const facts = { prefect1: true, now, newId, random: Math.random() };
    const begun = beginFlowRun(blankFlowRun(run, {}, now), requestOf(normaliseState(state, now)), facts);
    return begun instanceof Problem ? begun : { ...begun, prefect1: { scheduledStartTime, runConfig: storedConfig } };
  };
  return { run, begin, follow, attachment: FLOW.attach(flow) };
}

/** Creates the task runs of the new runs, and queues the cloud hooks. */
const follow: FollowCreations = async (transaction, created) => {
  const topics = writeTaskRuns(transaction, created.flatMap(taskRunsOf));
  await queueCloudHooks(
    transaction,
    created.map(({ begun }) => begun.state),
  );
  return topics;
};

/** One task run for each task of the flow. */
function taskRunsOf({ job, flowRun }: FlowRunCreation): BegunTaskRun[] {
  const { id, labels, stateType, runCount, stateTimestamp: now } = flowRun;
  const around = { labels, facts: { id, stateType, details: NO_DETAILS, runCount } };
  return (FLOW.of(job)?.tasks ?? []).flatMap((task) => {
    const beginning = begin(prefect1TaskRunJob(flowRun, task, NOT_MAPPED, now), around, now);
    return beginning instanceof Problem ? [] : beginning;
  });
}
