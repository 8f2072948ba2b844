import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Viewer } from '../../src/core/values/viewer.ts';
import { insertTenant } from '../support/rows.ts';
import { take, testApi } from './testApi.ts';

let api: Awaited<ReturnType<typeof testApi>>;
let flowId: string;
beforeAll(async () => {
  api = await testApi();
  flowId = (await api.run('mutation { createFlow(input: { name: "f" }) { flow { id } } }')).createFlow.flow.id;
});
afterAll(() => api.close());

const newFlowRun = async (): Promise<string> =>
  (await api.run('mutation ($id: ID!) { createFlowRun(input: { flowId: $id }) { flowRun { id } } }', { id: flowId }))
    .createFlowRun.flowRun.id;
const newTaskRun = async (flowRunId: string, dynamicKey: string): Promise<string> =>
  (
    await api.run(`mutation ($input: CreateTaskRunInput!) { createTaskRun(input: $input) { taskRun { id } } }`, {
      input: { flowRunId, taskKey: 't', dynamicKey },
    })
  ).createTaskRun.taskRun.id;
async function moveFlowRun(id: string, type: string): Promise<void> {
  const { setFlowRunState } = await api.run(
    `mutation ($id: ID!, $type: StateType!) { setFlowRunState(input: { flowRunId: $id, state: { type: $type } }) { verdict } }`,
    { id, type },
  );
  expect(setFlowRunState.verdict).toBe('ACCEPT');
}
async function moveTaskRun(id: string, type: string): Promise<void> {
  const { setTaskRunState } = await api.run(
    `mutation ($id: ID!, $type: StateType!) { setTaskRunState(input: { taskRunId: $id, state: { type: $type } }) { verdict } }`,
    { id, type },
  );
  expect(setTaskRunState.verdict).toBe('ACCEPT');
}
const log = (message: string, run: object) =>
  api.run('mutation ($logs: [LogInput!]!) { writeLogs(input: { logs: $logs }) { written } }', {
    logs: [{ ...run, level: 20, name: 'l', message }],
  });

const FLOW_RUN_STATES = `subscription ($id: ID!, $after: String, $from: StreamStart) {
  flowRunStates(flowRunId: $id, after: $after, from: $from) {
    cursor position skipped state { type version data } flowRun { version state { type } }
  }
}`;

test('flowRunStates sends every state from the first on, each with the run as it is then', async () => {
  const id = await newFlowRun();
  const { events } = await api.follow(FLOW_RUN_STATES, { id });
  const [first] = await take(events, 1);
  expect(first.flowRunStates).toMatchObject({
    position: 1,
    skipped: 0,
    state: { type: 'PENDING', version: 1, data: null },
    flowRun: { version: 1, state: { type: 'PENDING' } },
  });
  await moveFlowRun(id, 'RUNNING');
  const [second] = await take(events, 1);
  expect(second.flowRunStates).toMatchObject({
    position: 2,
    state: { type: 'RUNNING' },
    flowRun: { version: 2, state: { type: 'RUNNING' } },
  });
  await events.return();

  const resumed = await api.follow(FLOW_RUN_STATES, { id, after: first.flowRunStates.cursor });
  expect(await take(resumed.events, 1)).toEqual([second]);
  await resumed.events.return();
});

test('a subscription with `from: NOW` sends only new states', async () => {
  const id = await newFlowRun();
  const { events } = await api.follow(FLOW_RUN_STATES, { id, from: 'NOW' });
  await moveFlowRun(id, 'RUNNING');
  const [event] = await take(events, 1);
  expect(event.flowRunStates.state.version).toBe(2);
  await events.return();
});

test('taskRunStates streams all task runs of a flow run or a single task run', async () => {
  const flowRunId = await newFlowRun();
  await moveFlowRun(flowRunId, 'RUNNING'); // Task runs can run only in a running flow run.
  const [a, b] = [await newTaskRun(flowRunId, 'a'), await newTaskRun(flowRunId, 'b')];
  await moveTaskRun(a, 'RUNNING');
  const document = `subscription ($flowRunId: ID, $taskRunId: ID) {
    taskRunStates(flowRunId: $flowRunId, taskRunId: $taskRunId) { position state { taskRunId version } taskRun { version } }
  }`;
  const all = await api.follow(document, { flowRunId });
  expect((await take(all.events, 3)).map(({ taskRunStates }) => taskRunStates)).toEqual([
    { position: 1, state: { taskRunId: a, version: 1 }, taskRun: { version: 2 } },
    { position: 2, state: { taskRunId: b, version: 1 }, taskRun: { version: 1 } },
    { position: 3, state: { taskRunId: a, version: 2 }, taskRun: { version: 2 } },
  ]);
  await all.events.return();
  const one = await api.follow(document, { taskRunId: a });
  expect((await take(one.events, 2)).map(({ taskRunStates }) => taskRunStates.position)).toEqual([1, 2]);
  await one.events.return();
});

test('logs streams the lines of a flow run or of one of its task runs', async () => {
  const flowRunId = await newFlowRun();
  const taskRunId = await newTaskRun(flowRunId, 'a');
  await log('one', { flowRunId });
  await log('two', { taskRunId });
  const document = `subscription ($flowRunId: ID, $taskRunId: ID) {
    logs(flowRunId: $flowRunId, taskRunId: $taskRunId) { position log { number message } }
  }`;
  const all = await api.follow(document, { flowRunId });
  expect((await take(all.events, 2)).map(({ logs }) => logs)).toEqual([
    { position: 1, log: { number: 1, message: 'one' } },
    { position: 2, log: { number: 2, message: 'two' } },
  ]);
  await log('three', { flowRunId });
  expect((await take(all.events, 1))[0].logs.log).toEqual({ number: 3, message: 'three' });
  await all.events.return();
  const one = await api.follow(document, { taskRunId });
  expect((await take(one.events, 1))[0].logs).toEqual({ position: 2, log: { number: 2, message: 'two' } });
  await one.events.return();
});

test('subscribers of the same run get the same event objects', async () => {
  const id = await newFlowRun();
  const [first, second] = await Promise.all(
    [1, 2].map(async () => {
      const events = await api.engine.streams.follow(`flowRunStates:${id}`);
      const { value } = await events.next();
      await events.return?.();
      return value;
    }),
  );
  expect(first).toBe(second);
});

const OTHER = '01890a5d-ac96-774b-bcce-b302099a8057';

test('an invalid subscription is rejected immediately', async () => {
  const id = await newFlowRun();
  const other = await newFlowRun();
  const { events } = await api.follow(FLOW_RUN_STATES, { id: other });
  const [event] = await take(events, 1);
  await events.return();
  const stranger: Viewer = { tenantId: await insertTenant(api.database), role: 'ADMIN' };
  const codeOf = async (...request: Parameters<typeof api.follow>) => (await api.follow(...request)).refusal?.code;

  expect(await codeOf(FLOW_RUN_STATES, { id: OTHER })).toBe('NOT_FOUND');
  expect(await codeOf(FLOW_RUN_STATES, { id }, stranger)).toBe('NOT_FOUND');
  expect(await codeOf(FLOW_RUN_STATES, { id: 'x' })).toBe('BAD_USER_INPUT');
  expect(await codeOf(FLOW_RUN_STATES, { id, after: 'nonsense' })).toBe('INVALID_CURSOR');
  expect(await codeOf(FLOW_RUN_STATES, { id, after: event.flowRunStates.cursor })).toBe('INVALID_CURSOR');
  expect(await codeOf('subscription { logs { cursor } }')).toBe('BAD_USER_INPUT');
  const both = 'subscription ($id: ID!) { taskRunStates(flowRunId: $id, taskRunId: $id) { cursor } }';
  expect(await codeOf(both, { id })).toBe('BAD_USER_INPUT');
});
