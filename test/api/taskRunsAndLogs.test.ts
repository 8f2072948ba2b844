import { afterAll, beforeAll, expect, test } from 'vitest';
import { testApi } from './testApi.ts';

let api: Awaited<ReturnType<typeof testApi>>;
let flowRunId: string;
beforeAll(async () => {
  api = await testApi();
  const { createFlow } = await api.run('mutation { createFlow(input: { name: "f" }) { flow { id } } }');
  const create =
    'mutation ($id: ID!) { createFlowRun(input: { flowId: $id, state: { type: RUNNING } }) { flowRun { id } } }';
  flowRunId = (await api.run(create, { id: createFlow.flow.id })).createFlowRun.flowRun.id;
});
afterAll(() => api.close());

const CREATE = `mutation ($input: CreateTaskRunInput!) {
  createTaskRun(input: $input) {
    created
    taskRun { id name flowRunId taskKey taskInputs policy { retries retryDelaySeconds } state { __typename type } }
  }
}`;
const ID = '01890a5d-ac96-774b-bcce-b302099a8057';

test('creating a task run with the same keys again returns it', async () => {
  const taskInputs = { x: [{ kind: 'parameter', name: 'n' }], y: [{ kind: 'task_run', id: ID.toUpperCase() }] };
  const input = {
    flowRunId,
    taskKey: 'extract',
    dynamicKey: '0',
    taskInputs,
    policy: { retries: 1, retryDelaySeconds: 3 },
  };
  const first = await api.run(CREATE, { input });
  expect(first.createTaskRun).toMatchObject({
    created: true,
    taskRun: {
      flowRunId,
      taskKey: 'extract',
      taskInputs: { x: [{ kind: 'parameter', name: 'n' }], y: [{ kind: 'task_run', id: ID }] },
      policy: { retries: 1, retryDelaySeconds: [3] },
      state: { __typename: 'TaskRunState', type: 'PENDING' },
    },
  });
  const second = await api.run(CREATE, { input: { ...input, name: 'other' } });
  expect(second.createTaskRun).toEqual({ created: false, taskRun: first.createTaskRun.taskRun });
});

test('a task run moves like a flow run', async () => {
  const { createTaskRun } = await api.run(CREATE, { input: { flowRunId, taskKey: 'move', dynamicKey: '0' } });
  const { setTaskRunState } = await api.run(
    `mutation ($id: ID!) {
      setTaskRunState(input: { taskRunId: $id, state: { type: RUNNING } }) {
        verdict written
        state { taskRunId flowRunId version outOfOrder taskRun { id } }
        taskRun { version state { type } states { nodes { type } } }
      }
    }`,
    { id: createTaskRun.taskRun.id },
  );
  const { id } = createTaskRun.taskRun;
  expect(setTaskRunState).toEqual({
    verdict: 'ACCEPT',
    written: true,
    state: { taskRunId: id, flowRunId, version: 2, outOfOrder: false, taskRun: { id } },
    taskRun: { version: 2, state: { type: 'RUNNING' }, states: { nodes: [{ type: 'PENDING' }, { type: 'RUNNING' }] } },
  });
});

const REPORT = `mutation ($states: [TaskRunReportInput!]!) {
  reportTaskRunStates(input: { states: $states }) {
    reported { taskRunId stateId written taskRun { stateType } }
    rejected { index code message }
  }
}`;

test('reported states are stored and an invalid one is rejected alone', async () => {
  const at = (second: number) => `2026-11-21T12:00:0${second}Z`;
  const report = (dynamicKey: string, type: string, second: number) => ({
    flowRunId,
    taskKey: 'reported',
    dynamicKey,
    state: { type, timestamp: at(second), details: { retriable: false } },
  });
  const { reportTaskRunStates } = await api.run(REPORT, {
    states: [
      report('0', 'RUNNING', 1),
      { ...report('0', 'COMPLETED', 2), name: '' },
      report('x'.repeat(300), 'FAILED', 3),
      { ...report('1', 'FAILED', 3), flowRunId: ID },
    ],
  });
  expect(reportTaskRunStates).toMatchObject({
    reported: [{ written: true }, { written: true, taskRun: { stateType: 'COMPLETED' } }],
    rejected: [
      { index: 2, code: 'BAD_USER_INPUT' },
      { index: 3, code: 'REFERENCE_NOT_FOUND' },
    ],
  });
});

const WRITE = `mutation ($logs: [LogInput!]!) {
  writeLogs(input: { logs: $logs }) { written rejected { index code message } }
}`;

test('log lines are numbered and an invalid one is rejected alone', async () => {
  const { createTaskRun } = await api.run(CREATE, { input: { flowRunId, taskKey: 'logs', dynamicKey: '0' } });
  const taskRunId = createTaskRun.taskRun.id;
  const line = { flowRunId, level: 20, name: 'l', message: 'm' };
  const { writeLogs } = await api.run(WRITE, {
    logs: [
      { ...line, message: 'on\0e', timestamp: '2026-11-21T12:00:00.000001+01:00' },
      { ...line, level: 40_000 },
      { ...line, flowRunId: ID },
      { taskRunId, level: 40, name: 'l', message: 'two' },
    ],
  });
  expect(writeLogs).toMatchObject({
    written: 2,
    rejected: expect.arrayContaining([
      { index: 1, code: 'BAD_USER_INPUT', message: expect.stringContaining('level') },
      { index: 2, code: 'REFERENCE_NOT_FOUND', message: expect.any(String) },
    ]),
  });
  const read = await api.run(
    `query ($flowRunId: ID!, $taskRunId: ID!) {
      flowRun(id: $flowRunId) { logs { totalCount nodes { number timestamp level message taskRunId } } }
      taskRun(id: $taskRunId) { logs { nodes { number flowRun { id } taskRun { id } } } }
      logs(filter: { flowRunId: { in: [$flowRunId] }, level: { gte: 40 } }) { totalCount nodes { message } }
    }`,
    { flowRunId, taskRunId },
  );
  expect(read).toMatchObject({
    flowRun: {
      logs: {
        totalCount: 2,
        nodes: [
          { number: 1, timestamp: '2026-11-21T11:00:00.000001Z', level: 20, message: 'one', taskRunId: null },
          { number: 2, level: 40, message: 'two', taskRunId },
        ],
      },
    },
    taskRun: { logs: { nodes: [{ number: 2, flowRun: { id: flowRunId }, taskRun: { id: taskRunId } }] } },
    logs: { totalCount: 1, nodes: [{ message: 'two' }] },
  });
});

test('a log line that is too long is cut and ends with a mark', async () => {
  const { createFlowRun } = await api.run(
    'mutation ($id: ID!) { createFlowRun(input: { flowId: $id }) { flowRun { id } } }',
    { id: (await api.run('{ flows { nodes { id } } }')).flows.nodes[0].id },
  );
  const own = { flowRunId: createFlowRun.flowRun.id, level: 20 };
  const { writeLogs } = await api.run(WRITE, {
    logs: [
      { ...own, name: 'n'.repeat(300), message: '😀'.repeat(1_000_001) },
      { ...own, name: 'l', message: '😀'.repeat(1_000_000) },
    ],
  });
  expect(writeLogs).toEqual({ written: 2, rejected: [] });
  const { logs } = await api.run(
    'query ($id: ID!) { logs(filter: { flowRunId: { in: [$id] } }) { nodes { name message } } }',
    { id: own.flowRunId },
  );
  expect(logs.nodes).toEqual([
    { name: 'n'.repeat(255), message: `${'😀'.repeat(999_985)}... [truncated]` },
    { name: 'l', message: '😀'.repeat(1_000_000) },
  ]);
});

test('an artifact key in the data of a state is kept as it is', async () => {
  const data = { type: 'reference', storage_key: 'a', artifact_key: 'my-artifact', artifact_description: 'x' };
  const { createTaskRun } = await api.run(CREATE, { input: { flowRunId, taskKey: 'artifact', dynamicKey: '0' } });
  const { setTaskRunState } = await api.run(
    'mutation ($id: ID!, $data: JSON) { setTaskRunState(input: { taskRunId: $id, force: true, state: { type: COMPLETED, data: $data } }) { state { data } } }',
    { id: createTaskRun.taskRun.id, data },
  );
  expect(setTaskRunState.state.data).toEqual(data);
});

test('a batch with too many log lines is rejected and writes none', async () => {
  const logs = Array.from({ length: 5_001 }, () => ({ flowRunId, level: 20, name: 'many', message: 'm' }));
  expect(await api.refusal(WRITE, { logs })).toMatchObject({ code: 'LIMIT_EXCEEDED' });
  const { logs: found } = await api.run('{ logs(filter: { name: { in: ["many"] } }) { totalCount } }');
  expect(found.totalCount).toBe(0);
});

test('a batch with too many reports is rejected', async () => {
  const report = {
    flowRunId,
    taskKey: 'many',
    dynamicKey: '0',
    state: { type: 'RUNNING', timestamp: '2026-11-21T12:00:00Z' },
  };
  expect(await api.refusal(REPORT, { states: Array(1_001).fill(report) })).toMatchObject({ code: 'LIMIT_EXCEEDED' });
});

test('every row with an id is a node', async () => {
  const { createDeployment } = await api.run(
    `mutation ($flowId: ID!) { createDeployment(input: { flowId: $flowId, name: "d" }) { created deployment { id flow { id } } } }`,
    { flowId: (await api.run('{ flows { nodes { id } } }')).flows.nodes[0].id },
  );
  const { createTaskRun } = await api.run(CREATE, { input: { flowRunId, taskKey: 'node', dynamicKey: '0' } });
  await api.run(
    'mutation ($id: ID!) { createFlowRunInput(input: { flowRunId: $id, key: "k", value: "v" }) { input { id } } }',
    { id: flowRunId },
  );
  const taskRunId = createTaskRun.taskRun.id;
  await api.run(WRITE, { logs: [{ taskRunId, level: 20, name: 'l', message: 'm' }] });
  const read = await api.run(
    `query ($flowRunId: ID!, $taskRunId: ID!) {
      flowRun(id: $flowRunId) { id stateId flowId input(key: "k") { id } }
      taskRun(id: $taskRunId) { id stateId logs { nodes { id } } }
    }`,
    { flowRunId, taskRunId },
  );
  const things = [
    ['Flow', read.flowRun.flowId],
    ['Deployment', createDeployment.deployment.id],
    ['FlowRun', flowRunId],
    ['FlowRunState', read.flowRun.stateId],
    ['FlowRunInput', read.flowRun.input.id],
    ['TaskRun', taskRunId],
    ['TaskRunState', read.taskRun.stateId],
    ['Log', read.taskRun.logs.nodes[0].id],
  ];
  const { nodes } = await api.run(
    `query ($ids: [ID!]!) {
      nodes(ids: $ids) { __typename id ... on FlowRun { parameters } ... on State { data } ... on Run { name } }
    }`,
    { ids: [...things.map(([, id]) => id), ID] },
  );
  expect(nodes.map((node: { __typename: string; id: string } | null) => node && [node.__typename, node.id])).toEqual([
    ...things,
    null,
  ]);
  expect(
    await api.refusal('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: Array(101).fill(ID) }),
  ).toMatchObject({
    code: 'LIMIT_EXCEEDED',
  });
});
