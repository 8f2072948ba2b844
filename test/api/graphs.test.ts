import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFlow } from '../../src/actions/deployments/createFlow.ts';
import { createFlowRun } from '../../src/actions/flowRuns/createFlowRun.ts';
import { setFlowRunState } from '../../src/actions/flowRuns/setFlowRunState.ts';
import { createTaskRun } from '../../src/actions/taskRuns/createTaskRun.ts';
import { setTaskRunState } from '../../src/actions/taskRuns/setTaskRunState.ts';
import { newId } from '../../src/actions/writing/newId.ts';
import type { TaskRun } from '../../src/core/runs/run.ts';
import type { StateType } from '../../src/core/runs/state.ts';
import { formatInstant } from '../../src/core/values/instant.ts';
import { viewer } from '../support/engine.ts';
import { insertRows, insertTaskRuns, NOON, newTaskRun } from '../support/rows.ts';
import { testApi } from './testApi.ts';

let api: Awaited<ReturnType<typeof testApi>>;
let flowId: string;
beforeAll(async () => {
  api = await testApi();
  flowId = (await createFlow(api.engine, viewer, { name: 'the flow' })).flow.id;
});
afterAll(() => api.close());

const run = async (type: StateType = 'RUNNING', parentTaskRunId: string | null = null) =>
  (await createFlowRun(api.engine, viewer, { flowId, name: 'the run', state: { type }, parentTaskRunId })).flowRun.id;
const task = async (flowRunId: string, taskInputs: TaskRun['taskInputs'] = {}, type: StateType = 'RUNNING') => {
  const asked = { flowRunId, taskKey: 't', dynamicKey: newId(), name: 'a task', state: { type }, taskInputs };
  return (await createTaskRun(api.engine, viewer, asked)).taskRun.id;
};
const of = (id: string) => ({ kind: 'task_run', id }) as const;
const ofRun = (id: string) => ({ kind: 'flow_run', id }) as const;

const NODE = `id kind label stateType startTime endTime parents children encapsulating taskRunId
  taskRun { stateType } flowRun { id } artifacts { kind data }`;
const GRAPH = `query ($id: ID!, $since: DateTime) {
  flowRun(id: $id) { graph(since: $since) { startTime endTime rootIds nodes { ${NODE} } states { type version } } }
}`;
const graph = async (id: string, since?: string) => (await api.run(GRAPH, { id, since })).flowRun.graph;
const edges = async (id: string, since?: string) =>
  (await graph(id, since)).nodes.map(({ id, parents, children, encapsulating }: { [field: string]: unknown }) => [
    id,
    parents,
    children,
    encapsulating,
  ]);

describe('the graph of a flow run', () => {
  test('a graph has each edge once even if an upstream is used several times', async () => {
    const id = await run();
    const first = await task(id);
    const second = await task(id, { x: [of(first)], y: [of(first), of(first)] });
    const third = await task(id, { all: [of(first), of(second)], n: [{ kind: 'parameter', name: 'n' }] });
    expect(await edges(id)).toEqual([
      [first, [], [second, third], []],
      [second, [first], [third], []],
      [third, [first, second], [], []],
    ]);
    expect((await graph(id)).rootIds).toEqual([first]);
  });

  test('a graph separates encapsulating task runs from upstream ones', async () => {
    const id = await run();
    const outer = await task(id);
    const other = await task(id);
    const inner = await task(id, { __parents__: [of(outer), of(outer)], x: [of(other)] });
    expect(await edges(id)).toEqual([
      [outer, [], [], []],
      [other, [], [inner], []],
      [inner, [other], [], [outer]],
    ]);
  });

  test('a graph shows the flow run of a subflow instead of its parent task run', async () => {
    const id = await run();
    const before = await task(id);
    const wrapper = await task(id, { x: [of(before)] }, 'PENDING');
    const child = await run('PENDING', wrapper);
    await setFlowRunState(api.engine, viewer, { flowRunId: child, state: { type: 'RUNNING' } });
    const after = await task(id, { x: [ofRun(child)], y: [of(wrapper)] });
    const { nodes, rootIds } = await graph(id);
    expect(nodes.map((node: { id: string }) => node.id)).toEqual([before, child, after]);
    expect(nodes[1]).toMatchObject({
      kind: 'FLOW_RUN',
      label: 'the flow / the run',
      stateType: 'RUNNING',
      taskRunId: wrapper,
      taskRun: { stateType: 'RUNNING' },
      flowRun: { id: child },
      parents: [before],
      children: [after],
    });
    expect(nodes[2]).toMatchObject({ kind: 'TASK_RUN', label: 'a task', flowRun: null, parents: [child] });
    expect(rootIds).toEqual([before]);

    await setFlowRunState(api.engine, viewer, { flowRunId: child, state: { type: 'FAILED' } });
    const [, ended] = (await graph(id)).nodes;
    expect(ended).toMatchObject({ stateType: 'FAILED', taskRun: { stateType: 'FAILED' } });
    expect(ended.endTime).not.toBeNull();
  });

  test('a graph leaves out nodes that ended before `since` but keeps the edges to them', async () => {
    const id = await run();
    const old = await task(id);
    const live = await task(id, { x: [of(old)] });
    await setTaskRunState(api.engine, viewer, { taskRunId: old, state: { type: 'FAILED' } });
    const { endTime } = (await graph(id)).nodes[0];
    const at = (microseconds: number) => formatInstant(Date.parse(endTime) * 1000 + 1000 * microseconds);
    expect(await edges(id, endTime)).toHaveLength(2);
    expect(await edges(id, at(1))).toEqual([[live, [old], [], []]]);
    expect((await graph(id, at(1))).rootIds).toEqual([]);
  });

  test('a graph contains the start, the end and the states of its flow run', async () => {
    const id = await run('PENDING');
    await setFlowRunState(api.engine, viewer, { flowRunId: id, state: { type: 'RUNNING' } });
    await setFlowRunState(api.engine, viewer, { flowRunId: id, state: { type: 'COMPLETED' } });
    const { startTime, endTime, states, nodes } = await graph(id);
    expect([typeof startTime, typeof endTime]).toEqual(['string', 'string']);
    expect(states).toEqual([
      { type: 'PENDING', version: 1 },
      { type: 'RUNNING', version: 2 },
      { type: 'COMPLETED', version: 3 },
    ]);
    expect(nodes).toEqual([]);
  });

  test('a graph contains the artifacts of Prefect 1 task runs', async () => {
    const id = await run();
    const taskRunId = await task(id);
    const artifact = { tenantId: viewer.tenantId, taskRunId, kind: 'link', data: { link: 'http://x' } };
    await insertRows(api.database, 'task_run_artifact', [{ ...artifact, id: newId(), updated: NOON }]);
    expect((await graph(id)).nodes[0].artifacts).toEqual([{ kind: 'link', data: { link: 'http://x' } }]);
  });

  test.each([1, 8])('the graphs of %i runs cost one statement', async (count) => {
    const ids = await Promise.all(Array.from({ length: count }, () => run()));
    for (const id of ids) await task(id, { x: [of(await task(id))] });
    const names = await api.statements(async () => {
      const { nodes } = await api.run(
        `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on FlowRun { graph { rootIds nodes { parents } } dependencies { id } } } }`,
        { ids },
      );
      for (const { graph, dependencies } of nodes)
        expect([graph.rootIds.length, graph.nodes.length, dependencies.length]).toEqual([1, 2, 2]);
    });
    expect(names.filter((name) => /Graphs|Dependencies/.test(name)).sort()).toEqual([
      'flowRunDependencies.read',
      'flowRunGraphs.read',
    ]);
  });

  test('a graph has at most ten thousand nodes', async () => {
    const id = await run();
    const root = newId();
    const many = Array.from({ length: 10_000 }, (_, index) =>
      newTaskRun(id, {
        startTime: NOON + index,
        ...(index === 0 ? { id: root, taskInputs: {} } : { taskInputs: { x: [of(root)] } }),
      }),
    );
    await insertTaskRuns(api.database, many);
    const { nodes } = await graph(id);
    expect(nodes).toHaveLength(10_000);
    expect(nodes[0].children).toHaveLength(9_999);
    await insertTaskRuns(api.database, [newTaskRun(id, { startTime: NOON })]);
    expect(await api.refusal(GRAPH, { id })).toMatchObject({ code: 'LIMIT_EXCEEDED' });
    const dependencies = 'query ($id: ID!) { flowRun(id: $id) { dependencies { id } } }';
    expect(await api.refusal(dependencies, { id })).toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });

  test('a graph has at most two hundred thousand edges', async () => {
    const id = await run();
    const upstream = Array.from({ length: 400 }, (_, index) =>
      newTaskRun(id, { startTime: NOON + index, taskInputs: {} }),
    );
    const inputs = { x: upstream.map((source) => of(source.id)) };
    const downstream = Array.from({ length: 501 }, (_, index) =>
      newTaskRun(id, { startTime: NOON + 1000 + index, taskInputs: inputs }),
    );
    await insertTaskRuns(api.database, [...upstream, ...downstream]);
    expect(await api.refusal(GRAPH, { id })).toMatchObject({ code: 'LIMIT_EXCEEDED' });
    const dependencies = 'query ($id: ID!) { flowRun(id: $id) { dependencies { id } } }';
    expect(await api.refusal(dependencies, { id })).toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });
});

test('dependencies contain each upstream run once and no parameters or constants', async () => {
  const id = await run();
  const first = await task(id);
  const child = await run();
  const second = await task(id, {
    x: [of(first)],
    y: [of(first), ofRun(child)],
    p: [{ kind: 'parameter', name: 'n' }],
    c: [{ kind: 'constant', type: 'int' }],
  });
  const document =
    'query ($id: ID!) { flowRun(id: $id) { dependencies { id name taskRun { stateType } upstream { kind id } } } }';
  expect((await api.run(document, { id })).flowRun.dependencies).toEqual([
    {
      id: second,
      name: 'a task',
      taskRun: { stateType: 'RUNNING' },
      upstream: [
        { kind: 'TASK_RUN', id: first },
        { kind: 'FLOW_RUN', id: child },
      ],
    },
    { id: first, name: 'a task', taskRun: { stateType: 'RUNNING' }, upstream: [] },
  ]);
});
