import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Viewer } from '../../src/core/values/viewer.ts';
import { insertTenant } from '../support/rows.ts';
import { testApi } from './testApi.ts';

let api: Awaited<ReturnType<typeof testApi>>;
beforeAll(async () => {
  api = await testApi();
});
afterAll(() => api.close());

const CREATE_FLOW = `mutation ($name: String!) { createFlow(input: { name: $name, tags: ["a"] }) { created flow { id name tags } } }`;
const CREATE_RUN = `mutation ($input: CreateFlowRunInput!) {
  createFlowRun(input: $input) { created flowRun { id name version stateType parameters labels policy { retries } } }
}`;
const MOVE = `mutation ($id: ID!, $state: StateInput!, $version: Int, $force: Boolean) {
  setFlowRunState(input: { flowRunId: $id, state: $state, expectedVersion: $version, force: $force }) {
    verdict reason written retryAfterSeconds
    state { type name version flowRunId data details { flowRunId scheduledTime } }
    flowRun { version stateType runCount state { version } }
  }
}`;

let flows = 0;
async function newFlowRun(input: object = {}) {
  flows += 1;
  const { createFlow } = await api.run(CREATE_FLOW, { name: `flow ${flows}` });
  const { createFlowRun } = await api.run(CREATE_RUN, { input: { flowId: createFlow.flow.id, ...input } });
  return { flowId: createFlow.flow.id, ...createFlowRun.flowRun };
}

test('creating a flow with the same name again returns it', async () => {
  const first = await api.run(CREATE_FLOW, { name: 'once' });
  const second = await api.run(CREATE_FLOW, { name: 'once' });
  expect([first.createFlow.created, second.createFlow.created]).toEqual([true, false]);
  expect(second.createFlow.flow).toEqual(first.createFlow.flow);
});

test('a flow run moves through its states and its page shows them', async () => {
  const { id, flowId, name } = await newFlowRun({ parameters: { x: [1, { y: null }] }, policy: { retries: 2 } });
  await api.run(MOVE, { id, state: { type: 'RUNNING' } });
  const moved = await api.run(MOVE, { id, state: { type: 'COMPLETED', data: { answer: 42 } } });
  expect(moved.setFlowRunState).toMatchObject({
    verdict: 'ACCEPT',
    reason: null,
    written: true,
    retryAfterSeconds: null,
    state: { type: 'COMPLETED', name: 'Completed', version: 3, flowRunId: id, data: { answer: 42 } },
    flowRun: { version: 3, stateType: 'COMPLETED', runCount: 1, state: { version: 3 } },
  });

  const { flowRuns } = await api.run(
    `query ($flowId: ID!) {
      flowRuns(filter: { flowId: { in: [$flowId] } }) {
        totalCount
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        edges { cursor node { id } }
        nodes {
          id name parameters policy { retries pauseKeys } estimatedRunTimeSeconds latenessSeconds totalRunTimeSeconds
          flow { id name } deployment { id } parentTaskRun { id }
          state { __typename type data }
          states { totalCount nodes { version type } }
        }
      }
    }`,
    { flowId },
  );
  const [{ cursor }] = flowRuns.edges;
  expect(flowRuns).toMatchObject({
    totalCount: 1,
    pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: cursor, endCursor: cursor },
    edges: [{ node: { id } }],
    nodes: [
      {
        id,
        name,
        parameters: { x: [1, { y: null }] },
        policy: { retries: 2, pauseKeys: [] },
        flow: { id: flowId },
        deployment: null,
        parentTaskRun: null,
        state: { __typename: 'FlowRunState', type: 'COMPLETED', data: { answer: 42 } },
        states: { totalCount: 3, nodes: [{ version: 1 }, { version: 2 }, { version: 3 }] },
      },
    ],
  });
});

test('a move with an outdated version is rejected and changes nothing', async () => {
  const { id } = await newFlowRun();
  await api.run(MOVE, { id, state: { type: 'RUNNING' }, version: 1 });
  expect(await api.refusal(MOVE, { id, state: { type: 'COMPLETED' }, version: 1 })).toMatchObject({
    code: 'VERSION_CONFLICT',
  });
  const { flowRun } = await api.run('query ($id: ID!) { flowRun(id: $id) { version } }', { id });
  expect(flowRun.version).toBe(2);
});

test('a verdict other than ACCEPT is returned as data', async () => {
  const { id } = await newFlowRun({ state: { type: 'COMPLETED', data: { kept: true } } });
  const { setFlowRunState } = await api.run(MOVE, { id, state: { type: 'COMPLETED' } });
  expect(setFlowRunState).toMatchObject({ verdict: expect.stringMatching(/REJECT|ABORT/), written: false });
  expect(setFlowRunState.reason).toBeTruthy();
  expect(setFlowRunState.state).toMatchObject({ version: 1, data: { kept: true } });
});

test('each of two mutations in one document returns the run after its own write', async () => {
  const { id } = await newFlowRun();
  const move = (alias: string, type: string) =>
    `${alias}: setFlowRunState(input: { flowRunId: "${id}", state: { type: ${type} } }) {
      flowRun { version states { nodes { version } totalCount } }
    }`;
  const { a, b } = await api.run(`mutation { ${move('a', 'RUNNING')} ${move('b', 'COMPLETED')} }`);
  expect([a.flowRun.version, a.flowRun.states.totalCount, a.flowRun.states.nodes.length]).toEqual([2, 2, 2]);
  expect([b.flowRun.version, b.flowRun.states.totalCount, b.flowRun.states.nodes.length]).toEqual([3, 3, 3]);
});

test('a literal object in a document may contain variables', async () => {
  const { flowId } = await newFlowRun();
  const { createFlowRun } = await api.run(
    `mutation ($flowId: ID!, $n: Int) {
      createFlowRun(input: { flowId: $flowId, parameters: { n: $n, list: [1.5, true, null, WORD, "text"], deep: { a: {} } } }) {
        flowRun { parameters }
      }
    }`,
    { flowId, n: 7 },
  );
  expect(createFlowRun.flowRun.parameters).toEqual({
    n: 7,
    list: [1.5, true, null, 'WORD', 'text'],
    deep: { a: {} },
  });
});

test('creating a flow run with a used idempotency key returns the run even if other fields differ', async () => {
  const { flowId } = await newFlowRun();
  const create = (name: string) => api.run(CREATE_RUN, { input: { flowId, name, idempotencyKey: 'key' } });
  const [first, second] = [await create('one'), await create('two')];
  expect([first.createFlowRun.created, second.createFlowRun.created]).toEqual([true, false]);
  expect(second.createFlowRun.flowRun).toEqual(first.createFlowRun.flowRun);
});

test('updating a flow run changes the given fields and null clears a field', async () => {
  const { id } = await newFlowRun({ flowVersion: 'v1', tags: ['x'], policy: { retries: 1, retryDelaySeconds: 5 } });
  const update = `mutation ($input: UpdateFlowRunInput!) {
    updateFlowRun(input: $input) {
      flowRun { name flowVersion tags infrastructurePid policy { retries retryDelaySeconds } }
    }
  }`;
  const { updateFlowRun } = await api.run(update, {
    input: { flowRunId: id, name: 'new', flowVersion: null, infrastructurePid: 'p1', policy: { retries: 9 } },
  });
  expect(updateFlowRun.flowRun).toEqual({
    name: 'new',
    flowVersion: null,
    tags: ['x'],
    infrastructurePid: 'p1',
    policy: { retries: 9, retryDelaySeconds: 5 },
  });
  expect(await api.refusal(update, { input: { flowRunId: id, tags: null } })).toMatchObject({
    code: 'BAD_USER_INPUT',
    message: expect.stringContaining('tags'),
  });
});

test('cancelling, resuming and renaming a flow run return their payloads', async () => {
  const { id } = await newFlowRun();
  const cancel = 'mutation ($id: ID!) { cancelFlowRun(input: { flowRunId: $id }) { verdict state { type } } }';
  expect((await api.run(cancel, { id })).cancelFlowRun).toEqual({ verdict: 'ACCEPT', state: { type: 'CANCELLED' } });
  const resume = 'mutation ($id: ID!) { resumeFlowRun(input: { flowRunId: $id }) { verdict reason written } }';
  expect((await api.run(resume, { id })).resumeFlowRun).toMatchObject({ verdict: 'ABORT', written: false });
  const rename = 'mutation ($id: ID!) { renameFlowRun(input: { flowRunId: $id, name: "n" }) { flowRun { name } } }';
  expect((await api.run(rename, { id })).renameFlowRun.flowRun.name).toBe('n');
});

test('inputs of a flow run are created, read by key and prefix, and deleted', async () => {
  const { id } = await newFlowRun();
  const send = `mutation ($id: ID!, $key: String!) {
    createFlowRunInput(input: { flowRunId: $id, key: $key, value: "v", sender: "me" }) { input { key value sender } }
  }`;
  for (const key of ['b-2', 'b-1', 'c-1']) await api.run(send, { id, key });
  expect(await api.refusal(send, { id, key: 'b-1' })).toMatchObject({ code: 'CONFLICT' });
  const read = `query ($id: ID!) { flowRun(id: $id) {
    all: inputs { totalCount nodes { key } }
    some: inputs(prefix: "b-", excludeKeys: ["b-1"]) { totalCount nodes { key } }
    one: input(key: "c-1") { value sender flowRunId }
    none: input(key: "zz") { value }
  } }`;
  expect((await api.run(read, { id })).flowRun).toEqual({
    all: { totalCount: 3, nodes: [{ key: 'b-2' }, { key: 'b-1' }, { key: 'c-1' }] },
    some: { totalCount: 1, nodes: [{ key: 'b-2' }] },
    one: { value: 'v', sender: 'me', flowRunId: id },
    none: null,
  });
  await api.run('mutation ($id: ID!) { deleteFlowRunInput(input: { flowRunId: $id, key: "c-1" }) { flowRunId key } }', {
    id,
  });
  expect((await api.run(read, { id })).flowRun.one).toBeNull();
});

const READ_EVERYTHING = `query ($id: ID!) {
  node(id: $id) { id }
  flowRun(id: $id) { id }
  flowRuns(filter: { id: { in: [$id] } }) { totalCount nodes { id } }
  flowRunCount(filter: { id: { in: [$id] } })
}`;

test('another tenant cannot read or move a flow run', async () => {
  const { id } = await newFlowRun();
  const stranger: Viewer = { tenantId: await insertTenant(api.database), role: 'ADMIN' };
  const seen = { node: { id }, flowRun: { id }, flowRuns: { totalCount: 1, nodes: [{ id }] }, flowRunCount: 1 };
  expect(await api.run(READ_EVERYTHING, { id })).toEqual(seen);
  expect(await api.run(READ_EVERYTHING, { id }, stranger)).toEqual({
    node: null,
    flowRun: null,
    flowRuns: { totalCount: 0, nodes: [] },
    flowRunCount: 0,
  });
  expect(await api.refusal(MOVE, { id, state: { type: 'RUNNING' } }, stranger)).toMatchObject({ code: 'NOT_FOUND' });
});

test('a reader can read but not write', async () => {
  const { id } = await newFlowRun();
  const reader: Viewer = { tenantId: '01900000-0000-7000-8000-000000000001', role: 'READER' };
  expect((await api.run(READ_EVERYTHING, { id }, reader)).flowRun).toEqual({ id });
  expect(await api.refusal(MOVE, { id, state: { type: 'RUNNING' } }, reader)).toMatchObject({ code: 'FORBIDDEN' });
  const { flowRun } = await api.run('query ($id: ID!) { flowRun(id: $id) { version } }', { id });
  expect(flowRun.version).toBe(1);
});
