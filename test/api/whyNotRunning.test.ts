import { v7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type FlowRun, NO_FLOW_RUN_POLICY } from '../../src/core/runs/run.ts';
import { NO_DETAILS, type StateDetails, type StateType } from '../../src/core/runs/state.ts';
import { addSeconds, formatInstant, type Instant } from '../../src/core/values/instant.ts';
import { DEFAULT_TENANT_ID } from '../../src/core/values/viewer.ts';
import { statement } from '../../src/store/connection/database.ts';
import { detailsToJson } from '../../src/store/runs/stateRows.ts';
import { viewer } from '../support/engine.ts';
import {
  insertFlows,
  insertRows,
  insertTaskRuns,
  insertTenant,
  newFlow,
  newFlowRun,
  newTaskRun,
} from '../support/rows.ts';
import { testApi } from './testApi.ts';

let api: Awaited<ReturnType<typeof testApi>>;
const flow = newFlow();
const tenantId = DEFAULT_TENANT_ID;
let now: Instant;
beforeEach(() => {
  now = Date.now() * 1000;
});
const at = (seconds: number): Instant => addSeconds(now, seconds);
const text = (seconds: number) => formatInstant(at(seconds));
beforeAll(async () => {
  api = await testApi();
  await insertFlows(api.database, [flow]);
});
afterAll(() => api.close());

type Row = Partial<FlowRun> & { details?: Partial<StateDetails>; [column: string]: unknown };
const rows = (table: string, ...given: object[]) =>
  insertRows(api.database, table, given, { tenantId, updated: text(0), created: text(-50) });

/** Inserts a run. */
async function run(stateType: StateType, { details = {}, ...more }: Row = {}): Promise<string> {
  const made = newFlowRun(flow.id, { stateType, stateTimestamp: at(-300), policy: NO_FLOW_RUN_POLICY });
  const due = stateType === 'SCHEDULED' ? { nextScheduledStartTime: at(-180) } : {};
  const stateDetails = detailsToJson({ ...NO_DETAILS, ...details });
  await rows('flow_run', { ...made, autoScheduled: false, ...due, stateDetails, ...more });
  return made.id;
}

async function queue({ pool = {}, queue = {}, heartbeat = 0 as number | null, polled = 0 as number | null } = {}) {
  const [workPoolId, id] = [v7(), v7()];
  await rows('work_pool', {
    id: workPoolId,
    name: workPoolId,
    type: 'process',
    baseJobTemplate: {},
    isPaused: false,
    ...pool,
  });
  const lastPolled = polled === null ? null : text(polled);
  await rows('work_queue', { id, workPoolId, name: 'default', isPaused: false, priority: 1, lastPolled, ...queue });
  if (heartbeat !== null)
    await rows('worker', {
      id: v7(),
      workPoolId,
      name: 'w',
      lastHeartbeat: text(heartbeat),
      heartbeatIntervalSeconds: 30,
    });
  return { workPoolId, workQueueId: id };
}

async function limitedDeployment(limit: number) {
  const [id, concurrencyLimitId] = [v7(), v7()];
  await rows('concurrency_limit', { id: concurrencyLimitId, name: `deployment:${id}`, limit, active: true });
  const columns = {
    tags: [],
    labels: {},
    parameters: {},
    jobVariables: {},
    paused: false,
    enforceParameterSchema: true,
  };
  const rest = { ...columns, concurrencyLimitId, collisionStrategy: 'ENQUEUE' };
  await rows('deployment', { id, flowId: flow.id, name: `nightly ${id}`, ...rest });
  const hold = (flowRunId: string, expires: string | null = null) =>
    rows('concurrency_slot', { id: v7(), concurrencyLimitId, flowRunId, expires });
  return { id, hold };
}

const WHY = `query ($id: ID!) {
  flowRun(id: $id) {
    whyNotRunning {
      __typename message since
      ... on ScheduledInFuture { scheduledTime }
      ... on LateRun { scheduledTime }
      ... on AwaitingRetry { runCount }
      ... on WorkPoolPaused { workPoolId workPoolName }
      ... on WorkQueuePaused { workQueueId workQueueName workPoolName }
      ... on NoWorker { workPoolId lastHeartbeat }
      ... on QueueNotPolled { workQueueId lastPolled }
      ... on NoAgent { labels agents { id name labels missingLabels lastQueried } }
      ... on NoFreeSlot { limitName limit taken holders { flowRunId since flowRun { stateType } } }
      ... on PendingRun { pendingFor: seconds }
      ... on PausedRun { pauseTimeout pauseKey suspended }
      ... on WaitingForInput { schemaKey keys requiredKeys }
      ... on TaskRunsStillRunning { count taskRunIds taskRuns { name } }
    }
  }
}`;
// biome-ignore lint/suspicious/noExplicitAny: the document gives the form of a reason.
const why = async (id: string): Promise<any[] | null> => (await api.run(WHY, { id })).flowRun.whyNotRunning;
const kinds = async (id: string) => (await why(id))?.map(({ __typename }) => __typename);

test.each(['RUNNING', 'COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED'] as const)(
  'the reasons of a %s run are null and cost no statement',
  async (stateType) => {
    const id = await run(stateType);
    expect(await api.statements(async () => expect(await why(id)).toBeNull())).toEqual(['flowRuns.byId']);
  },
);

test('a run that is due tomorrow waits for its scheduled time', async () => {
  const id = await run('SCHEDULED', { nextScheduledStartTime: at(86_400) });
  expect(await why(id)).toMatchObject([{ __typename: 'ScheduledInFuture', scheduledTime: text(86_400) }]);
});

test('a run that waits for its retry returns its run count', async () => {
  const id = await run('SCHEDULED', { stateName: 'AwaitingRetry', runCount: 2, nextScheduledStartTime: at(60) });
  expect(await why(id)).toMatchObject([{ __typename: 'AwaitingRetry', runCount: 2 }]);
});

test('a run that its own process retries waits for no worker', async () => {
  const policy = { retryType: 'in_process' };
  const id = await run('SCHEDULED', { stateName: 'AwaitingRetry', policy: policy as FlowRun['policy'] }); // The cast: as it is stored.
  expect(await kinds(id)).toEqual(['LateRun']);
});

test('a run whose pool and queue are paused and whose worker is offline has all these reasons', async () => {
  const { workPoolId, workQueueId } = await queue({
    pool: { isPaused: true, name: 'kubernetes' },
    queue: { isPaused: true },
    heartbeat: -91,
  });
  expect(await why(await run('SCHEDULED', { workQueueId }))).toMatchObject([
    { __typename: 'WorkPoolPaused', workPoolId, workPoolName: 'kubernetes', since: null },
    { __typename: 'WorkQueuePaused', workQueueId, workQueueName: 'default', workPoolName: 'kubernetes' },
    { __typename: 'NoWorker', workPoolId, lastHeartbeat: text(-91), since: text(-91) },
    { __typename: 'LateRun', scheduledTime: text(-180), since: text(-180) },
  ]);
});

test('a run whose queue is not polled has the reason QueueNotPolled', async () => {
  const { workQueueId } = await queue({ polled: -100 });
  const expected = { __typename: 'QueueNotPolled', workQueueId, lastPolled: text(-100) };
  expect((await why(await run('SCHEDULED', { workQueueId })))?.[0]).toMatchObject(expected);
});

test('a run whose queue is polled is only late and one without a queue also has NoWorkQueue', async () => {
  const { workQueueId } = await queue();
  expect(await kinds(await run('SCHEDULED', { workQueueId }))).toEqual(['LateRun']);
  expect(await kinds(await run('SCHEDULED'))).toEqual(['NoWorkQueue', 'LateRun']);
});

test('a run whose deployment has no free slot returns the holders, without those that expired', async () => {
  const { workQueueId } = await queue();
  const { id: deploymentId, hold } = await limitedDeployment(1);
  const [holder, crashed] = [await run('RUNNING', { deploymentId }), await run('RUNNING', { deploymentId })];
  const waiting = await run('SCHEDULED', { deploymentId, workQueueId, stateName: 'AwaitingConcurrencySlot' });
  await hold(crashed, text(-1));
  expect(await kinds(waiting)).toEqual(['LateRun']);
  await hold(holder, text(60));
  expect((await why(waiting))?.[0]).toMatchObject({
    __typename: 'NoFreeSlot',
    limitName: `the deployment “nightly ${deploymentId}”`,
    limit: 1,
    taken: 1,
    since: text(-50),
    holders: [{ flowRunId: holder, since: text(-50), flowRun: { stateType: 'RUNNING' } }],
  });
});

test('a run whose pool is full returns the twenty runs that have held it longest', async () => {
  const { workQueueId, workPoolId } = await queue({
    pool: { name: 'pool', concurrencyLimit: 25 },
    queue: { concurrencyLimit: 30 },
  });
  const sibling = v7();
  await rows('work_queue', { id: sibling, workPoolId, name: 'other', isPaused: false, priority: 1 });
  const atWork = [await run('PENDING', { workQueueId: sibling, stateTimestamp: at(-900) })];
  for (let index = 0; index < 24; index += 1)
    atWork.push(await run('RUNNING', { workQueueId, stateTimestamp: at(index - 800) }));
  await run('COMPLETED', { workQueueId });
  const reasons = await why(await run('SCHEDULED', { workQueueId }));
  expect(reasons?.map(({ __typename }) => __typename)).toEqual(['NoFreeSlot', 'LateRun']);
  expect(reasons?.[0]).toMatchObject({
    limitName: 'the work pool “pool”',
    limit: 25,
    taken: 25,
    since: text(23 - 800),
  });
  expect(reasons?.[0].holders.map(({ flowRunId }: { flowRunId: string }) => flowRunId)).toEqual(atWork.slice(0, 20));
});

test('a pending run returns since when it is pending', async () => {
  expect(await why(await run('PENDING'))).toMatchObject([{ __typename: 'PendingRun', since: text(-300) }]);
});

test('a run paused for input returns its keys', async () => {
  const runInputKeyset = { schema: 'key-schema', response: 'key-response' };
  const id = await run('PAUSED', {
    details: { pauseTimeout: at(60), pauseKey: 'key', pauseReschedule: true, runInputKeyset },
  });
  const schema = { properties: { name: {}, age: {} }, required: ['name'] };
  await rows('flow_run_input', { id: v7(), flowRunId: id, key: 'key-schema', value: JSON.stringify(schema) });
  expect(await why(id)).toMatchObject([
    { __typename: 'PausedRun', pauseTimeout: text(60), pauseKey: 'key', suspended: true },
    { __typename: 'WaitingForInput', schemaKey: 'key-schema', keys: ['name', 'age'], requiredKeys: ['name'] },
  ]);
});

test('a cancelling run returns the first ten of its unfinished task runs', async () => {
  const id = await run('CANCELLING');
  const taskRuns = Array.from({ length: 12 }, () => newTaskRun(id, { stateType: 'RUNNING', stateName: 'Running' }));
  await insertTaskRuns(api.database, [...taskRuns, newTaskRun(id, { stateType: 'COMPLETED', stateName: 'Completed' })]);
  const ids = taskRuns
    .map((one) => one.id)
    .sort()
    .slice(0, 10);
  expect(await why(id)).toMatchObject([
    { __typename: 'CancellingRun', since: text(-300) },
    { __typename: 'TaskRunsStillRunning', count: 12, taskRunIds: ids, taskRuns: ids.map(() => ({ name: 'run' })) },
  ]);
});

test('a Prefect 1 run waits for an agent that polls and has all its labels', async () => {
  const [id, elsewhere] = [v7(), v7()];
  const prefect1 = { tags: ['prod', 'gpu'], prefect1State: 'Scheduled', serializedState: {}, stateStartTime: at(-60) };
  const waiting = await run('SCHEDULED', prefect1);
  await rows('agent', { id, name: 'a', labels: ['prod'], lastQueried: text(0) });
  const other = await insertTenant(api.database);
  const foreign = { id: elsewhere, name: 'b', labels: ['prod', 'gpu'], lastQueried: text(0) };
  await insertRows(api.database, 'agent', [{ ...foreign, tenantId: other, updated: text(0) }]);
  expect(await why(waiting)).toMatchObject([
    {
      __typename: 'NoAgent',
      labels: ['prod', 'gpu'],
      agents: [{ id, name: 'a', labels: ['prod'], missingLabels: ['gpu'], lastQueried: text(0) }],
    },
    { __typename: 'LateRun', scheduledTime: text(-60) },
  ]);
  await rows('agent', { id: v7(), name: 'c', labels: ['gpu', 'prod'], lastQueried: text(0) });
  expect(await kinds(waiting)).toEqual(['LateRun']);
});

test('another tenant gets no reasons of a run', async () => {
  const id = await run('SCHEDULED');
  const document = '{ flowRuns(first: 200) { nodes { whyNotRunning { message } } } }';
  const other = await insertTenant(api.database);
  const { flowRuns } = await api.run(document, {}, { ...viewer, tenantId: other });
  expect([id.length, flowRuns.nodes]).toEqual([36, []]);
});

test.each([10, 200])('the reasons of a page of %i runs cost one statement per kind of obstacle', async (first) => {
  const { database } = api;
  await database.query(statement('test.deleteRuns', 'delete from flow_run'));
  const { workQueueId } = await queue({ pool: { concurrencyLimit: 1 }, queue: { concurrencyLimit: 1 } });
  const { id: deploymentId, hold } = await limitedDeployment(1);
  const runInputKeyset = { schema: 'key-schema' };
  const prefect1 = { prefect1State: 'Scheduled', serializedState: {}, stateStartTime: at(-60) };
  await hold(await run('RUNNING', { deploymentId, workQueueId }));
  for (let index = 0; index < first; index += 5) {
    await run('SCHEDULED', { deploymentId, workQueueId });
    await run('SCHEDULED', prefect1);
    await run('PENDING');
    await run('PAUSED', { details: { runInputKeyset } });
    await insertTaskRuns(database, [
      newTaskRun(await run('CANCELLING'), { stateType: 'RUNNING', stateName: 'Running' }),
    ]);
  }
  const names = await api.statements(async () => {
    const document = `query ($first: Int) { flowRuns(first: $first) { nodes { whyNotRunning {
      message ... on NoFreeSlot { holders { flowRun { name } } } ... on TaskRunsStillRunning { taskRuns { name } }
    } } } }`;
    const { flowRuns } = await api.run(document, { first });
    expect(flowRuns.nodes.flatMap((node: { whyNotRunning: object[] }) => node.whyNotRunning)).toHaveLength(
      (first / 5) * 11,
    );
  });
  expect(names.sort()).toEqual([
    'flowRuns.byId',
    'flowRuns.page',
    'taskRuns.byId',
    'whyNotRunning.agents',
    'whyNotRunning.atWork',
    'whyNotRunning.runs',
    'whyNotRunning.schemas',
    'whyNotRunning.slots',
    'whyNotRunning.taskRuns',
    'whyNotRunning.workers',
  ]);
});
