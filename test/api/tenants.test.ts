import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../src/actions/writing/newId.ts';
import type { Viewer } from '../../src/core/values/viewer.ts';
import { statement } from '../../src/store/connection/database.ts';
import { testApi } from './testApi.ts';

// Two tenants on one server: neither sees nor changes the rows of the other.

const stranger: Viewer = { tenantId: newId(), role: 'ADMIN' };

let api: Awaited<ReturnType<typeof testApi>>;
let ids: { [noun: string]: string };
beforeAll(async () => {
  api = await testApi();
  await api.database.query(
    statement('test.tenant', "insert into tenant (id, name, slug) values ($1, 'stranger', 'stranger')"),
    [stranger.tenantId],
  );
  const made = (mutation: string, input: object) =>
    api.run(
      `mutation ($input: ${mutation}) { made: ${mutationOf(mutation)}(input: $input) { ${NOUNS[mutation]} { id } } }`,
      { input },
    );
  const flow = (await made('CreateFlowInput!', { name: 'theirs' })).made.flow.id;
  const deployment = (await made('CreateDeploymentInput!', { flowId: flow, name: 'theirs' })).made.deployment.id;
  const flowRun = (await made('CreateFlowRunInput!', { flowId: flow, state: { type: 'RUNNING' } })).made.flowRun.id;
  const taskRun = (await made('CreateTaskRunInput!', { flowRunId: flowRun, taskKey: 'task', dynamicKey: '0' })).made
    .taskRun.id;
  const input = (await made('CreateFlowRunInputInput!', { flowRunId: flowRun, key: 'a', value: '1' })).made.input.id;
  await api.run('mutation ($input: WriteLogsInput!) { writeLogs(input: $input) { written } }', {
    input: { logs: [{ flowRunId: flowRun, level: 20, name: 'test', message: 'theirs' }] },
  });
  const { run } = await api.run(
    `query ($id: ID!) { run: flowRun(id: $id) { state { id } logs { nodes { id } } taskRuns { nodes { state { id } } } } }`,
    { id: flowRun },
  );
  ids = { flow, deployment, flowRun, taskRun, input, log: run.logs.nodes[0].id };
  const schedule = { deploymentId: deployment, active: false, schedule: { cron: '0 0 * * *' } };
  const workPool = (await made('CreateWorkPoolInput!', { name: 'theirs', type: 'process' })).made.workPool.id;
  const workQueue = (await made('CreateWorkQueueInput!', { workPoolName: 'theirs', name: 'queue' })).made.workQueue.id;
  const { worker } = (
    await api.run(
      'mutation { made: workerHeartbeat(input: { workPoolName: "theirs", name: "worker" }) { worker { id } } }',
    )
  ).made;
  const deploymentSchedule = (await made('CreateDeploymentScheduleInput!', schedule)).made.schedule.id;
  ids = { ...ids, workPool, workQueue, worker: worker.id, deploymentSchedule };
  ids = { ...ids, flowRunState: run.state.id, taskRunState: run.taskRuns.nodes[0].state.id };
});
afterAll(() => api.close());

const NOUNS: { [input: string]: string } = {
  'CreateFlowInput!': 'flow',
  'CreateDeploymentInput!': 'deployment',
  'CreateDeploymentScheduleInput!': 'schedule',
  'CreateWorkPoolInput!': 'workPool',
  'CreateWorkQueueInput!': 'workQueue',
  'CreateFlowRunInput!': 'flowRun',
  'CreateTaskRunInput!': 'taskRun',
  'CreateFlowRunInputInput!': 'input',
};
const mutationOf = (input: string) => input.replace('Create', 'create').replace('Input!', '');

const NODES = [
  'flow',
  'deployment',
  'deploymentSchedule',
  'workPool',
  'workQueue',
  'worker',
  'flowRun',
  'taskRun',
  'input',
  'log',
  'flowRunState',
  'taskRunState',
];

test.each(NODES)('a %s of another tenant is not a node', async (noun) => {
  const query = 'query ($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } }';
  expect((await api.run(query, { id: ids[noun] })).node).toEqual({ id: ids[noun] });
  expect(await api.run(query, { id: ids[noun] }, stranger)).toEqual({ node: null, nodes: [null] });
});

test.each([
  ['flowById', 'flow'],
  ['deployment', 'deployment'],
  ['flowRun', 'flowRun'],
  ['taskRun', 'taskRun'],
])('%s(id) is null for a row of another tenant', async (field, noun) => {
  const query = `query ($id: ID!) { found: ${field}(id: $id) { id } }`;
  expect(await api.run(query, { id: ids[noun] }, stranger)).toEqual({ found: null });
});

test.each([
  'flows { totalCount nodes { id } }',
  'flowRuns { totalCount nodes { id } }',
  'taskRuns { totalCount nodes { id } }',
  'logs { totalCount nodes { id } }',
  'flowRuns(filter: { id: { in: [$flowRun] } }) { totalCount nodes { id } }',
  'flowRuns(filter: { not: { id: { in: [] } } }) { totalCount nodes { id } }',
  'flowRuns(filter: { flow: { id: { in: [$flow] } } }) { totalCount nodes { id } }',
  'taskRuns(filter: { flowRun: { id: { in: [$flowRun] } } }) { totalCount nodes { id } }',
  'logs(filter: { flowRunId: { in: [$flowRun] } }) { totalCount nodes { id } }',
])('%s is empty for another tenant', async (list) => {
  const used = [...new Set(list.match(/\$\w+/g) ?? [])];
  const query = `query ${used.length > 0 ? `(${used.map((name) => `${name}: ID!`)})` : ''} { list: ${list} }`;
  const variables = Object.fromEntries(used.map((name) => [name.slice(1), ids[name.slice(1)]]));
  expect((await api.run(query, variables)).list.totalCount).toBe(1);
  expect((await api.run(query, variables, stranger)).list).toEqual({ totalCount: 0, nodes: [] });
});

test('a cursor of one tenant is valid for another but returns none of its rows', async () => {
  const list =
    'query ($after: String) { flowRuns(sort: ID_ASC, after: $after) { nodes { id } pageInfo { endCursor } } }';
  const { flowRuns } = await api.run(list);
  expect((await api.run(list, { after: flowRuns.pageInfo.endCursor }, stranger)).flowRuns.nodes).toEqual([]);
});

describe('mutations with an id of another tenant', () => {
  const state = { type: 'COMPLETED' };
  test.each([
    ['createDeployment', 'CreateDeploymentInput!', () => ({ flowId: ids.flow, name: 'mine' })],
    ['createFlowRun', 'CreateFlowRunInput!', () => ({ flowId: ids.flow })],
    ['updateFlowRun', 'UpdateFlowRunInput!', () => ({ flowRunId: ids.flowRun, tags: ['mine'] })],
    ['renameFlowRun', 'RenameFlowRunInput!', () => ({ flowRunId: ids.flowRun, name: 'mine' })],
    ['createFlowRunInput', 'CreateFlowRunInputInput!', () => ({ flowRunId: ids.flowRun, key: 'b', value: '1' })],
    ['deleteFlowRunInput', 'DeleteFlowRunInputInput!', () => ({ flowRunId: ids.flowRun, key: 'a' })],
    ['createTaskRun', 'CreateTaskRunInput!', () => ({ flowRunId: ids.flowRun, taskKey: 'mine', dynamicKey: '0' })],
    ['setFlowRunState', 'SetFlowRunStateInput!', () => ({ flowRunId: ids.flowRun, state, force: true })],
    ['setTaskRunState', 'SetTaskRunStateInput!', () => ({ taskRunId: ids.taskRun, state, force: true })],
    ['cancelFlowRun', 'CancelFlowRunInput!', () => ({ flowRunId: ids.flowRun })],
    ['resumeFlowRun', 'ResumeFlowRunInput!', () => ({ flowRunId: ids.flowRun })],
  ])('%s with an id of another tenant finds nothing and writes nothing', async (mutation, type, input) => {
    const document = `mutation ($input: ${type}) { ${mutation}(input: $input) { __typename } }`;
    const before = await theirs();
    const { code } = await api.refusal(document, { input: input() }, stranger);
    expect(['NOT_FOUND', 'REFERENCE_NOT_FOUND']).toContain(code);
    expect(await theirs()).toEqual(before);
  });

  test.each([
    [
      'writeLogs',
      'WriteLogsInput!',
      () => ({ logs: [line({ flowRunId: ids.flowRun }), line({ taskRunId: ids.taskRun })] }),
    ],
    ['reportTaskRunStates', 'ReportTaskRunStatesInput!', () => ({ states: [report({}), report({ dynamicKey: '1' })] })],
  ])('%s with ids of another tenant rejects every entry and writes nothing', async (mutation, type, input) => {
    const document = `mutation ($input: ${type}) { made: ${mutation}(input: $input) { rejected { code } } }`;
    const before = await theirs();
    const { made } = await api.run(document, { input: input() }, stranger);
    expect(made.rejected).toEqual([{ code: 'REFERENCE_NOT_FOUND' }, { code: 'REFERENCE_NOT_FOUND' }]);
    expect(await theirs()).toEqual(before);
  });

  const line = (of: object) => ({ ...of, level: 20, name: 'test', message: 'mine' });
  const report = (more: object) => ({
    ...{ flowRunId: ids.flowRun, taskKey: 'task', dynamicKey: '0', ...more },
    state: { type: 'COMPLETED', timestamp: '2026-11-21T10:00:00Z' },
  });

  const theirs = () =>
    api.run(
      `query ($id: ID!) {
        flowRun(id: $id) { name tags updated state { id } inputs { totalCount } logs { totalCount } states { totalCount }
          taskRuns { nodes { updated state { id } states { totalCount } } } }
        deploymentRuns: flowRuns { totalCount }
      }`,
      { id: ids.flowRun },
    );
});

test('two tenants may use the same idempotency key', async () => {
  const create = 'mutation { createFlow(input: { name: "theirs", idempotencyKey: "one" }) { created flow { id } } }';
  const [first, second] = [await api.run(create), await api.run(create, {}, stranger)];
  expect(second.createFlow).toMatchObject({ created: true });
  expect(second.createFlow.flow.id).not.toBe(first.createFlow.flow.id);
});

test.each([
  'flowRunStates(flowRunId: $flowRun) { position }',
  'taskRunStates(flowRunId: $flowRun) { position }',
  'taskRunStates(taskRunId: $taskRun) { position }',
  'logs(flowRunId: $flowRun) { position }',
  'logs(taskRunId: $taskRun) { position }',
])('another tenant cannot subscribe to %s', async (stream) => {
  const [name = ''] = /\$\w+/.exec(stream) ?? [];
  const document = `subscription (${name}: ID!) { ${stream} }`;
  const { refusal } = await api.follow(document, { [name.slice(1)]: ids[name.slice(1)] }, stranger);
  expect(refusal).toMatchObject({ code: 'NOT_FOUND' });
});

test.each([
  ['updateDeployment', () => ({ deploymentId: ids.deployment, paused: true })],
  ['deleteDeployment', () => ({ deploymentId: ids.deployment })],
  ['createDeploymentSchedule', () => ({ deploymentId: ids.deployment, schedule: { cron: '0 0 * * *' } })],
  ['updateDeploymentSchedule', () => ({ deploymentScheduleId: ids.deploymentSchedule, active: false })],
  ['deleteDeploymentSchedule', () => ({ deploymentScheduleId: ids.deploymentSchedule })],
  ['createFlowRunFromDeployment', () => ({ deploymentId: ids.deployment })],
  ['updateWorkPool', () => ({ workPoolId: ids.workPool, isPaused: true })],
  ['deleteWorkPool', () => ({ workPoolId: ids.workPool })],
  ['updateWorkQueue', () => ({ workQueueId: ids.workQueue, isPaused: true })],
  ['deleteWorkQueue', () => ({ workQueueId: ids.workQueue })],
  ['pollWorkPool', () => ({ workPoolName: 'theirs' })],
  ['workerHeartbeat', () => ({ workPoolName: 'theirs', name: 'worker' })],
  ['deleteWorker', () => ({ workerId: ids.worker })],
])('%s with an id of another tenant is NOT_FOUND', async (mutation, input) => {
  const type = mutation.replace(/^./, (letter) => letter.toUpperCase());
  const document = `mutation ($input: ${type}Input!) { ${mutation}(input: $input) { __typename } }`;
  expect(await api.refusal(document, { input: input() }, stranger)).toMatchObject({ code: 'NOT_FOUND' });
});
