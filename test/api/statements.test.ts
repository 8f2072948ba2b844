import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  insertFlowRunStates,
  insertFlowRuns,
  insertFlows,
  insertLogs,
  insertTaskRunStates,
  insertTaskRuns,
  newFlow,
  newFlowRun,
  newFlowRunState,
  newLog,
  newTaskRun,
  newTaskRunState,
} from '../support/rows.ts';
import { testApi } from './testApi.ts';

let api: Awaited<ReturnType<typeof testApi>>;
beforeAll(async () => {
  api = await testApi();
  const { database } = api;
  const flows = [newFlow(), newFlow(), newFlow()];
  const flowRuns = Array.from({ length: 200 }, (_, index) => newFlowRun(flows[index % 3]?.id ?? ''));
  const taskRuns = flowRuns.flatMap(({ id }) => [newTaskRun(id), newTaskRun(id)]);
  const flowRunStates = flowRuns.flatMap(({ id }) => [newFlowRunState(id, 1), newFlowRunState(id, 2)]);
  const taskRunStates = taskRuns.map(({ id, flowRunId }, index) => newTaskRunState(id, flowRunId, 1, index + 1));
  await insertFlows(database, flows);
  await insertFlowRuns(database, flowRuns);
  await insertTaskRuns(database, taskRuns);
  await insertFlowRunStates(database, flowRunStates);
  await insertTaskRunStates(database, taskRunStates);
  await insertLogs(
    database,
    flowRuns.map(({ id }) => newLog({ flowRunId: id }, 1)),
  );
});
afterAll(() => api.close());

const NESTED = `query ($first: Int) {
  flowRuns(first: $first) {
    nodes {
      id
      flow { name }
      states { nodes { type } }
      taskRuns { nodes { name states { nodes { type } } } }
      logs { nodes { message } }
    }
  }
}`;

test.each([10, 200])('a page of %i runs with all relations costs one statement per level', async (first) => {
  const names = await api.statements(async () => {
    const { flowRuns } = await api.run(NESTED, { first });
    expect(flowRuns.nodes).toHaveLength(first);
    for (const run of flowRuns.nodes) {
      expect([run.states.nodes.length, run.taskRuns.nodes.length, run.logs.nodes.length]).toEqual([2, 2, 1]);
      expect(run.taskRuns.nodes[0].states.nodes).toHaveLength(1);
    }
  });
  expect(names.sort()).toEqual([
    'flowRunStates.ofFlowRunId',
    'flowRuns.page',
    'flows.byId',
    'logs.ofRunId',
    'taskRunStates.ofTaskRunId',
    'taskRuns.ofFlowRunId',
  ]);
});

test.each([
  ['parameters and data', '{ flowRuns { nodes { parameters states { nodes { data } } } } }', 2],
  ['a total', '{ flowRuns { totalCount nodes { id } } }', 2],
  ['totals of children', '{ flowRuns { nodes { states { totalCount nodes { id } } } } }', 3],
  [
    'one list with two sets of arguments',
    '{ flowRuns { nodes { a: states(first: 1) { nodes { id } } b: states(last: 1) { nodes { id } } } } }',
    3,
  ],
  [
    'the same row through several relations',
    '{ flowRuns { nodes { flow { id } taskRuns { nodes { flowRun { flow { id } } } } } } }',
    4,
  ],
])('a page with %s costs at most one statement each', async (_, document, statements) => {
  expect(await api.statements(() => api.run(document))).toHaveLength(statements);
});

test('wide columns are returned if requested', async () => {
  const { flowRuns } = await api.run(
    '{ flowRuns(first: 1) { nodes { parameters taskRuns(first: 1) { nodes { taskInputs } } } } }',
  );
  expect(flowRuns.nodes[0]).toEqual({
    parameters: { x: 1 },
    taskRuns: { nodes: [{ taskInputs: { x: [{ kind: 'parameter', name: 'y' }] } }] },
  });
});

test.each([
  ['id name state { type data } parameters flow { name }', ['flowRuns.insert', 'flows.byId']],
  ['id name created labels state { type timestamp details { flowRunId } }', ['flowRuns.insert']],
])('creating a flow run and returning %s costs %j', async (fields, statements) => {
  const { flows } = await api.run('{ flows(first: 1) { nodes { id } } }');
  const create = () =>
    api.run(`mutation ($input: CreateFlowRunInput!) { createFlowRun(input: $input) { flowRun { ${fields} } } }`, {
      input: { flowId: flows.nodes[0].id },
    });
  await create();
  expect((await api.statements(create)).filter((name) => name !== 'notify')).toEqual(statements);
});

test('creating a task run and returning it with its state costs one statement', async () => {
  const { flowRuns } = await api.run('{ flowRuns(first: 1) { nodes { id } } }');
  const document = `mutation ($input: CreateTaskRunInput!) {
    createTaskRun(input: $input) { created taskRun { id name labels taskInputs state { type data } } }
  }`;
  const create = (dynamicKey: string) =>
    api.run(document, {
      input: { flowRunId: flowRuns.nodes[0].id, taskKey: 'created', dynamicKey, idempotencyKey: dynamicKey },
    });
  await create('1');
  const names = await api.statements(() => create('2'));
  expect(names.filter((name) => name !== 'notify')).toEqual(['taskRuns.createOne']);
});
