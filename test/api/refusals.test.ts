import { afterAll, beforeAll, expect, test } from 'vitest';
import { testApi } from './testApi.ts';

let api: Awaited<ReturnType<typeof testApi>>;
let flowId: string;
let flowRunId: string;
beforeAll(async () => {
  api = await testApi();
  flowId = (await api.run('mutation { createFlow(input: { name: "f" }) { flow { id } } }')).createFlow.flow.id;
  const create = 'mutation ($id: ID!) { createFlowRun(input: { flowId: $id }) { flowRun { id } } }';
  flowRunId = (await api.run(create, { id: flowId })).createFlowRun.flowRun.id;
});
afterAll(() => api.close());

const UNKNOWN = '01890a5d-ac96-774b-bcce-b302099a8057';
const CREATE = 'mutation ($input: CreateFlowRunInput!) { createFlowRun(input: $input) { created } }';
const STATE = `mutation ($state: StateInput!) { setFlowRunState(input: { flowRunId: "${UNKNOWN}", state: $state }) { verdict } }`;
const deep = (levels: number): unknown => (levels === 0 ? 1 : { a: deep(levels - 1) });

test.each<[string, string, object, string, RegExp]>([
  [
    'a malformed id as a variable',
    'query ($id: ID!) { flowRun(id: $id) { id } }',
    { id: 'x' },
    'BAD_USER_INPUT',
    /\$id.*"x" is not an id/,
  ],
  ['a malformed id as a literal', '{ flowRun(id: "x") { id } }', {}, 'BAD_USER_INPUT', /"x" is not an id/],
  ['a number instead of an id', '{ flowRun(id: 7) { id } }', {}, 'BAD_USER_INPUT', /is not an id/],
  ['a malformed id in an input', CREATE, { input: { flowId: 'nope' } }, 'BAD_USER_INPUT', /input\.flowId/],
  [
    'a malformed id in a filter',
    'query ($f: FlowRunFilter) { flowRunCount(filter: $f) }',
    { f: { id: { in: [UNKNOWN, '%'] } } },
    'BAD_USER_INPUT',
    /id\.in\[1\]/,
  ],
  [
    'a malformed time',
    STATE,
    { state: { type: 'SCHEDULED', details: { scheduledTime: '2026-02-31T00:00:00Z' } } },
    'BAD_USER_INPUT',
    /scheduledTime.*not a time/,
  ],
  [
    'a number instead of a time',
    STATE,
    { state: { type: 'SCHEDULED', details: { scheduledTime: 1 } } },
    'BAD_USER_INPUT',
    /not a time/,
  ],
  [
    'a list instead of an object',
    CREATE,
    { input: { flowId: UNKNOWN, parameters: [1] } },
    'BAD_USER_INPUT',
    /JSON object/,
  ],
  ['a label that is a list', CREATE, { input: { flowId: UNKNOWN, labels: { a: [1] } } }, 'BAD_USER_INPUT', /label "a"/],
  ['a label that is null', CREATE, { input: { flowId: UNKNOWN, labels: { a: null } } }, 'BAD_USER_INPUT', /label "a"/],
  [
    'a keyset of numbers',
    STATE,
    { state: { type: 'PAUSED', details: { runInputKeyset: { schema: 1 } } } },
    'BAD_USER_INPUT',
    /"schema" must be a string/,
  ],
  [
    'parameters that are nested too deeply',
    CREATE,
    { input: { flowId: UNKNOWN, parameters: deep(300) } },
    'BAD_USER_INPUT',
    /deep/,
  ],
  ['a NUL in a name', CREATE, { input: { flowId: UNKNOWN, name: 'a\0b' } }, 'BAD_USER_INPUT', /NUL/],
  ['a NUL in parameters', CREATE, { input: { flowId: UNKNOWN, parameters: { a: ['\0'] } } }, 'BAD_USER_INPUT', /NUL/],
  [
    'a NUL in a filter',
    'query ($f: FlowRunFilter) { flowRunCount(filter: $f) }',
    { f: { name: { contains: '\0' } } },
    'BAD_USER_INPUT',
    /NUL/,
  ],
  [
    'a name that is too long',
    CREATE,
    { input: { flowId: UNKNOWN, name: 'n'.repeat(5_000) } },
    'BAD_USER_INPUT',
    /`name` must have at most 255 characters/,
  ],
  ['a negative page', '{ flowRuns(first: -1) { nodes { id } } }', {}, 'BAD_USER_INPUT', /first/],
  ['a page that is too long', '{ flowRuns(last: 201) { nodes { id } } }', {}, 'LIMIT_EXCEEDED', /last/],
  ['a page in both directions', '{ flowRuns(first: 1, last: 1) { nodes { id } } }', {}, 'BAD_USER_INPUT', /Use either/],
  ['a malformed cursor', '{ flowRuns(after: "x") { nodes { id } } }', {}, 'INVALID_CURSOR', /./],
  [
    'a filter with too many values',
    'query ($f: FlowRunFilter) { flowRunCount(filter: $f) }',
    { f: { name: { in: Array(1_001).fill('a') } } },
    'LIMIT_EXCEEDED',
    /1,?000/,
  ],
  ['an unknown flow', CREATE, { input: { flowId: UNKNOWN } }, 'REFERENCE_NOT_FOUND', /Flow/],
  ['an unknown flow run', STATE, { state: { type: 'RUNNING' } }, 'NOT_FOUND', /Flow run/i],
])('%s is rejected with its code', async (_, document, variables, code, message) => {
  expect(await api.refusal(document, { ...variables })).toEqual({ code, message: expect.stringMatching(message) });
});

test.each<[string, object]>([
  ['a list of numbers', { x: [1] }],
  ['a map instead of a list', { x: { kind: 'parameter', name: 'n' } }],
  ['an unknown kind', { x: [{ kind: 'magic', name: 'n' }] }],
  ['a field of another kind', { x: [{ kind: 'parameter', id: UNKNOWN }] }],
  ['an extra field', { x: [{ kind: 'parameter', name: 'n', more: 1 }] }],
  ['a malformed id', { x: [{ kind: 'task_run', id: 'x' }] }],
])('task inputs with %s are rejected', async (_, taskInputs) => {
  const create = 'mutation ($input: CreateTaskRunInput!) { createTaskRun(input: $input) { created } }';
  const input = { taskKey: 't', dynamicKey: '0', taskInputs };
  expect(await api.refusal(create, { input })).toMatchObject({ code: 'BAD_USER_INPUT' });
});

test('a literal that is nested too deeply is rejected before it is read completely', async () => {
  const literal = `${'{a:'.repeat(1_000)}1${'}'.repeat(1_000)}`;
  const document = `mutation { createFlowRun(input: { flowId: "${flowId}", parameters: ${literal} }) { created } }`;
  expect(await api.refusal(document)).toMatchObject({
    code: 'BAD_USER_INPUT',
    message: expect.stringContaining('200'),
  });
});

test('a cursor of another order or another run is rejected', async () => {
  const cursors = `query ($id: ID!) {
    flowRuns(sort: NAME_ASC) { pageInfo { endCursor } }
    flowRun(id: $id) { states { pageInfo { endCursor } } }
  }`;
  const { flowRuns, flowRun } = await api.run(cursors, { id: flowRunId });
  const order = 'query ($after: String) { flowRuns(sort: NAME_DESC, after: $after) { nodes { id } } }';
  expect(await api.refusal(order, { after: flowRuns.pageInfo.endCursor })).toMatchObject({ code: 'INVALID_CURSOR' });
  const states = 'query ($after: String) { flowRuns(filter: {}) { nodes { states(after: $after) { nodes { id } } } } }';
  await api.run('mutation ($id: ID!) { createFlowRun(input: { flowId: $id }) { created } }', { id: flowId });
  expect(await api.refusal(states, { after: flowRun.states.pageInfo.endCursor })).toMatchObject({
    code: 'INVALID_CURSOR',
  });
});

test('an upper-case id is the same id', async () => {
  const read = 'query ($id: ID!) { flowRun(id: $id) { id } node(id: $id) { id } }';
  expect(await api.run(read, { id: flowRunId.toUpperCase() })).toEqual({
    flowRun: { id: flowRunId },
    node: { id: flowRunId },
  });
});

test('rejected requests write nothing', async () => {
  const { flowRunCount, taskRunCount } = await api.run('{ flowRunCount taskRunCount }');
  expect([flowRunCount, taskRunCount]).toEqual([2, 0]);
});
