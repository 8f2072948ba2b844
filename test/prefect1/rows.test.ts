import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Viewer } from '../../src/core/values/viewer.ts';
import { everyone, idOf, insert, insertFlow, openReadWorld, type ReadWorld } from './readWorld.ts';

let world: ReadWorld;
beforeAll(async () => {
  world = await openReadWorld();
});
afterAll(() => world.drop());

describe('columns of Prefect 1 rows', () => {
  test('columns are returned in the forms that Prefect 1 clients expect', async () => {
    const { database, read } = world;
    const { id: flowId, tasks } = await insertFlow(database, { parameters: [{ name: 'x' }] }, ['t']);
    await database.query({ name: 'test.delay', text: `update task set retry_delay = interval '1 day 90.5 seconds'` });
    const id = await insert(database, 'flow_run', {
      flowId,
      created: '2026-01-01T00:00:00Z',
      updated: '2026-01-01T02:00:00.120+02:00',
      scheduledStartTime: '2026-01-01T00:00:00.123456Z',
      tags: ['x'],
      parameters: { a: { b: [1, 'zwei', { c: null }] }, 'd e': true },
      serializedState: { type: 'Scheduled' },
    });
    await insert(database, 'log', { runId: id, flowRunId: id, number: 1, level: 10, info: { n: 1 } });
    const taskRunId = await insert(database, 'task_run', { flowRunId: id, taskId: idOf(tasks, 't') });
    await insert(database, 'task_run_state', {
      taskRunId,
      version: 1,
      message: 'm',
      startTime: '2026-01-01T00:00:00Z',
    });
    const { data, errors } = await read(
      `query ($id: uuid!) {
        flow_run_by_pk(id: $id) {
          id created updated scheduled_start_time state state_result labels parameters serialized_state heartbeat
          flow { tasks { retry_delay } parameters }
          logs { level info is_loaded_from_archive flow_run_id updated }
          task_runs { map_index state states { state message start_time result version tenant_id updated } }
        }
      }`,
      { id: id.toUpperCase() },
    );
    expect(errors).toEqual([]);
    expect(data.flow_run_by_pk).toEqual({
      id,
      created: '2026-01-01T00:00:00+00:00',
      updated: '2026-01-01T00:00:00.12+00:00',
      scheduled_start_time: '2026-01-01T00:00:00.123456+00:00',
      state: 'Scheduled',
      state_result: null,
      labels: ['x'],
      parameters: { a: { b: [1, 'zwei', { c: null }] }, 'd e': true },
      serialized_state: { type: 'Scheduled' },
      heartbeat: null,
      flow: { tasks: [{ retry_delay: '1 day 00:01:30.5' }], parameters: [{ name: 'x' }] },
      logs: [
        {
          level: 'DEBUG',
          info: { n: 1 },
          is_loaded_from_archive: null,
          flow_run_id: id,
          updated: '2026-11-21T11:00:00+00:00',
        },
      ],
      task_runs: [
        {
          map_index: -1,
          state: 'Pending',
          states: [
            {
              state: 'Running',
              message: 'm',
              start_time: '2026-01-01T00:00:00+00:00',
              result: null,
              version: 1,
              tenant_id: everyone.tenantId,
              updated: '2026-11-21T11:00:00+00:00',
            },
          ],
        },
      ],
    });
    const paths = await read(
      `query ($id: uuid!) {
        flow_run_by_pk(id: $id) {
          a: parameters(path: "a.b[1]") b: parameters(path: "$.a.b[2].c") c: parameters(path: "$[\\"d e\\"]") d: parameters(path: "a.b[-1]")
          e: parameters(path: "nope.z") f: parameters(path: "a.b.x") g: parameters(path: null) h: labels(path: "[0]") i: parameters(path: "$")
        }
      }`,
      { id },
    );
    const whole = data.flow_run_by_pk.parameters;
    expect(paths.data.flow_run_by_pk).toEqual({
      a: 'zwei',
      b: null,
      c: true,
      d: { c: null },
      e: null,
      f: null,
      g: whole,
      h: 'x',
      i: whole,
    });
    expect((await read('{ flow_run { parameters(path: "a[") } }')).errors).toEqual([
      { message: 'parse json path error: unexpected character at 1 of "a["', code: 'parse-failed' },
    ]);
  });

  test('a task run has a name only if its runner set one', async () => {
    const { database } = world;
    const { id: flowId, tasks } = await insertFlow(database, {}, ['t']);
    const flowRunId = await insert(database, 'flow_run', { flowId });
    const run = { flowRunId, taskId: idOf(tasks, 't'), taskKey: 't' };
    for (const [mapIndex, name] of [
      [-1, 't'],
      [0, 't-0'],
      [1, 'named'],
    ] as const)
      await insert(database, 'task_run', { ...run, mapIndex, name });
    const { data } = await world.read(
      `query ($id: uuid!) { task_run(where: { flow_run_id: { _eq: $id } }, order_by: { map_index: asc }) { name } }`,
      { id: flowRunId },
    );
    expect(data.task_run).toEqual([{ name: null }, { name: null }, { name: 'named' }]);
  });

  test('log lines of the same time are in the order of their numbers', async () => {
    const { database } = world;
    const { id: flowId } = await insertFlow(database);
    const flowRunId = await insert(database, 'flow_run', { flowId });
    // Their ids are in another order.
    for (const number of [3, 1, 2])
      await insert(database, 'log', { runId: flowRunId, flowRunId, number, message: `${number}`, name: '' });
    const { data } = await world.read(
      `query ($id: uuid!) { flow_run_by_pk(id: $id) { logs(order_by: { timestamp: asc }) { message name } unordered: logs { message } } }`,
      { id: flowRunId },
    );
    expect(data.flow_run_by_pk.logs).toEqual(['1', '2', '3'].map((message) => ({ message, name: null })));
    expect(data.flow_run_by_pk.unordered).toEqual(['1', '2', '3'].map((message) => ({ message })));
  });

  test('a missing row is null without an error', async () => {
    const { data, errors } = await world.read('{ flow_by_pk(id: "00000000-0000-0000-0000-00000000000a") { id } }');
    expect({ data, errors }).toEqual({ data: { flow_by_pk: null }, errors: [] });
  });

  test('columns in fragments and under aliases and directives are read', async () => {
    const { data } = await world.read(
      `query ($no: Boolean!) { task(limit: 1) { ...part ... { other: slug } ... @include(if: $no) { tags } flow { __typename } } }
       fragment part on task { __typename flow { ...named } } fragment named on flow { name version @skip(if: true) }`,
      { no: false },
    );
    expect(data.task).toEqual([{ __typename: 'task', other: 't', flow: { __typename: 'flow', name: 'flow' } }]);
  });

  test('only the requested columns are read', async () => {
    const texts: string[] = [];
    const { database } = world;
    const query = database.query.bind(database);
    database.query = (statement, values) => {
      texts.push(statement.text);
      return query(statement, values);
    };
    await world.read('{ flow_run { name flow { name } } }');
    database.query = query;
    expect(texts).toHaveLength(2);
    expect(texts.join()).not.toMatch(/parameters|serialized|settings|\*\s*from flow/);
  });
});

describe('statements of a nested query', () => {
  const DOCUMENT = `query ($flow: uuid!) {
    flow_run(where: { flow_id: { _eq: $flow } }) {
      flow { name project { name } }
      states { state }
      logs(limit: 1) { message }
      task_runs { state task { slug upstream_edges { upstream_task { slug } } } states_aggregate { aggregate { count } } }
    }
  }`;

  test.each([1, 20])('a nested query over %i flow runs costs the same number of statements', async (width) => {
    const { database } = world;
    const { id: flowId, tasks } = await insertFlow(database, {}, ['s', 't']);
    await insert(database, 'edge', { flowId, upstreamTaskId: idOf(tasks, 's'), downstreamTaskId: idOf(tasks, 't') });
    for (let run = 0; run < width; run++) {
      const flowRunId = await insert(database, 'flow_run', { flowId });
      await insert(database, 'flow_run_state', { flowRunId, version: 1 });
      await insert(database, 'log', { runId: flowRunId, flowRunId, number: 1, message: `of ${run}` });
      for (const slug of ['s', 't']) {
        const taskRunId = await insert(database, 'task_run', { flowRunId, taskId: idOf(tasks, slug), taskKey: slug });
        await insert(database, 'task_run_state', { taskRunId, version: 1 });
      }
    }
    const { data, errors, statements } = await world.read(DOCUMENT, { flow: flowId });
    expect(errors).toEqual([]);
    expect(data.flow_run).toHaveLength(width);
    expect(data.flow_run.at(-1)).toMatchObject({
      states: [{ state: 'Running' }],
      logs: [{ message: `of ${width - 1}` }],
      task_runs: [
        { task: { slug: 's', upstream_edges: [] }, states_aggregate: { aggregate: { count: 1 } } },
        { task: { slug: 't', upstream_edges: [{ upstream_task: { slug: 's' } }] } },
      ],
    });
    // One statement for each field with rows: the runs, their flow, its project, their states, logs and task runs, ...
    expect(statements.sort()).toEqual([
      'prefect1.edge.of_downstream_task_id',
      'prefect1.flow.of_id',
      'prefect1.flow_run.rows',
      'prefect1.flow_run_state.of_flow_run_id',
      'prefect1.log.of_run_id',
      'prefect1.project.of_id',
      'prefect1.task.of_id',
      'prefect1.task.of_id',
      'prefect1.task_run.of_flow_run_id',
      'prefect1.task_run_state.measures_of_task_run_id',
    ]);
  });
});

describe('traversals of the edges of a flow', () => {
  let ids: { [slug: string]: string };
  beforeAll(async () => {
    // a -> b -> c -> d, a -> c, and e alone.
    const { id: flowId, tasks } = await insertFlow(world.database, {}, ['a', 'b', 'c', 'd', 'e']);
    for (const [upstream, downstream] of ['ab', 'bc', 'cd', 'ac'].map((edge) => edge.split('')))
      await insert(world.database, 'edge', {
        flowId,
        upstreamTaskId: idOf(tasks, upstream ?? ''),
        downstreamTaskId: idOf(tasks, downstream ?? ''),
      });
    ids = tasks;
  });

  const walk = async (direction: string, starts: string, rest: object = {}, where: object = {}) => {
    const list = starts.split('').map((slug) => ids[slug] ?? '00000000-0000-0000-0000-00000000000a');
    const { data, errors } = await world.read(
      `query ($args: utility_${direction}_tasks_args!, $where: utility_traversal_bool_exp) {
        walk: utility_${direction}_tasks(args: $args, where: $where) { task { slug } depth }
        told: utility_${direction}_tasks_aggregate(args: $args, where: $where) { aggregate { count max { depth } } }
      }`,
      { args: { start_task_ids: `{${list}}`, ...rest }, where },
    );
    expect(errors).toEqual([]);
    expect(data.told.aggregate.count).toBe(data.walk.length);
    return data.walk
      .map((step: { task: { slug: string }; depth: number }) => `${step.task.slug}${step.depth}`)
      .join(' ');
  };

  test.each<[string, string, object, object, string]>([
    ['downstream', 'a', {}, {}, 'a0 b1 c2 d3'],
    ['downstream', 'b', {}, {}, 'b0 c1 d2'],
    ['downstream', 'a', { depth_limit: 1 }, {}, 'a0 b1 c1'],
    ['downstream', 'a', { depth_limit: null }, {}, 'a0 b1 c2 d3'],
    ['downstream', 'ae', { depth_limit: 0 }, {}, 'a0 e0'],
    ['upstream', 'd', {}, {}, 'd0 c1 b2 a3'],
    ['upstream', 'd', {}, { task: { slug: { _neq: 'c' } } }, 'd0 b2 a3'],
    ['upstream', '?', {}, {}, ''],
    ['upstream', 'd', { start_task_ids: null }, {}, ''],
  ])('the %s tasks of %s with %j where %j are found', async (direction, starts, rest, where, found) =>
    expect(await walk(direction, starts, rest, where)).toBe(found),
  );

  test('the table utility_traversal is empty', async () => {
    const { data } = await world.read(
      '{ utility_traversal { depth task { id } } utility_traversal_aggregate { aggregate { count } } }',
    );
    expect(data).toEqual({ utility_traversal: [], utility_traversal_aggregate: { aggregate: { count: 0 } } });
  });
});

describe('visibility of rows', () => {
  const COUNTS = `{ ${[
    'agent',
    'agent_config',
    'cloud_hook',
    'edge',
    'flow',
    'flow_group',
    'flow_run',
    'flow_run_state',
    'log',
    'message',
    'project',
    'task',
    'task_run',
    'task_run_artifact',
    'task_run_state',
    'tenant',
  ]
    .map((table) => `${table}_aggregate { aggregate { count } } ${table} { __typename }`)
    .join(' ')} }`;
  const counts = async (viewer: Viewer) => {
    const { data, errors } = await world.read(COUNTS, {}, viewer);
    expect(errors).toEqual([]);
    const entries = Object.entries<{ aggregate: { count: number } } | object[]>(data);
    return Object.fromEntries(
      entries.map(([name, value]) => [name, Array.isArray(value) ? value.length : value.aggregate.count]),
    );
  };

  test('a client with a key sees only the rows of its tenant', async () => {
    const before = await counts(everyone);
    const tenantId = await insert(world.database, 'tenant', { slug: 'another' });
    const mine = { tenantId };
    const insertMine = (table: string, row: object = {}) => insert(world.database, table, { ...row, ...mine });
    const projectId = await insertMine('project', { name: 'mine' });
    const flowGroupId = await insertMine('flow_group');
    const flowId = await insertMine('flow', { name: 'mine', projectId, flowGroupId });
    const taskId = await insertMine('task', { flowId, slug: 't' });
    await insertMine('edge', { flowId, upstreamTaskId: taskId, downstreamTaskId: taskId });
    const agentId = await insertMine('agent', { agentConfigId: await insertMine('agent_config') });
    await insertMine('message');
    await insertMine('cloud_hook');
    const flowRunId = await insertMine('flow_run', { flowId, agentId });
    const taskRunId = await insertMine('task_run', { flowRunId, taskId });
    await insert(world.database, 'flow_run_state', { flowRunId, version: 1 });
    await insert(world.database, 'task_run_state', { taskRunId, version: 1 });
    await insertMine('log', { runId: flowRunId, flowRunId, taskRunId, number: 1 });
    await insertMine('task_run_artifact', { taskRunId });

    expect(new Set(Object.values(await counts({ tenantId, role: 'READER' })))).toEqual(new Set([1]));
    expect(await counts({ ...everyone, ofEveryTenant: false })).toEqual(before);
    const all = await counts(everyone);
    for (const [table, count] of Object.entries(before)) expect(all[table]).toBe(Number(count) + 1);

    // Neither does a row of another tenant appear through a relation.
    const flowRun = await insert(world.database, 'flow_run', {
      flowId: (await insertFlow(world.database)).id,
      agentId,
    });
    const document = `{ flow_run(where: { id: { _eq: "${flowRun}" } }) { agent { id } }
      told: flow_run(where: { id: { _eq: "${flowRun}" }, agent: {} }) { id } }`;
    const confined = await world.read(document, {}, { ...everyone, ofEveryTenant: false });
    expect(confined.data).toEqual({ flow_run: [{ agent: null }], told: [] });
  });

  test('native rows without Prefect 1 data are hidden', async () => {
    const before = await counts(everyone);
    const { database } = world;
    const native = await insert(database, 'flow', { name: 'native' });
    const flowRunId = await insert(database, 'flow_run', {
      flowId: native,
      scheduledStartTime: null,
      prefect1State: null,
    });
    const taskRunId = await insert(database, 'task_run', { flowRunId });
    await insert(database, 'flow_run_state', { flowRunId, version: 1, prefect1State: null });
    await insert(database, 'task_run_state', { taskRunId, version: 1, prefect1State: null });
    await insert(database, 'log', { runId: flowRunId, flowRunId, number: 1 });
    expect(await counts(everyone)).toEqual(before);
  });
});
