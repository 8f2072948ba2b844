import { expect, test } from 'vitest';
import { expectInstant } from '../support/expectations.ts';
import { document, expectError, post, query } from '../support/prefect1Client.ts';
import { servePrefect1 } from '../support/prefect1Server.ts';
import { basicFlow, createFlow, newProject, readRun, setFlowRun, setTaskRun, startRun } from '../support/world.ts';

servePrefect1();

const wordsOf = (rows: { name: string; version?: number }[]) =>
  rows.map(({ name, version = '' }) => `${name}${version}`).join(' ');

const FLOWS = document<{ flow: { name: string }[] }>(
  `query($project: uuid!, $order_by: [flow_order_by!], $limit: Int, $offset: Int) {
    flow(where: { project_id: { _eq: $project } }, order_by: $order_by, limit: $limit, offset: $offset) { name }
  }`,
);
const FLOW_RUNS = document<{ flow_run: { name: string }[] }>(
  `query($project: uuid!, $order_by: [flow_run_order_by!]) {
    flow_run(where: { flow: { project_id: { _eq: $project } } }, order_by: $order_by) { name }
  }`,
);

test.each([
  ['asc', 'a b null'],
  ['asc_nulls_last', 'a b null'],
  ['asc_nulls_first', 'null a b'],
  ['desc', 'null b a'],
  ['desc_nulls_first', 'null b a'],
  ['desc_nulls_last', 'b a null'],
])('rows are ordered %s: %s', async (order, want) => {
  const project = await newProject();
  for (const [name, description] of [
    ['b', 'b'],
    ['null', null],
    ['a', 'a'],
  ])
    await createFlow({ project, flow: { name }, description });
  expect(wordsOf((await query(FLOWS, { project, order_by: { description: order } })).flow)).toBe(want);
});

test('rows can be sorted by several columns, relations and aggregates', async () => {
  const project = await newProject();
  const [a, b] = [
    await createFlow({ project, flow: { name: 'a' } }),
    await createFlow({ project, flow: { name: 'b' } }),
  ];
  for (const [flow, flow_run_name] of [
    [b, 'b1'],
    [a, 'a1'],
    [b, 'b2'],
  ] as const)
    await startRun(flow, { flow_run_name });
  const flows = async (order_by: object, page = {}) =>
    wordsOf((await query(FLOWS, { project, order_by, ...page })).flow);
  const runs = async (order_by: object) => wordsOf((await query(FLOW_RUNS, { project, order_by })).flow_run);
  expect(await runs([{ flow: { name: 'desc' } }, { name: 'asc' }])).toBe('b1 b2 a1');
  expect(await runs([{ flow: { name: 'asc' } }, { name: 'desc' }])).toBe('a1 b2 b1');
  expect(await flows({ flow_runs_aggregate: { count: 'desc' } })).toBe('b a');
  expect(await flows({ flow_runs_aggregate: { max: { name: 'asc' } } })).toBe('a b');
  expect(await flows({ name: 'asc' }, { limit: 1 })).toBe('a');
  expect(await flows({ name: 'asc' }, { limit: 1, offset: 1 })).toBe('b');
  expect(await flows({ name: 'asc' }, { limit: null, offset: null })).toBe('a b');
});

const DISTINCT = document<Record<'cli' | 'list' | 'none', { name: string; version: number }[]>>(
  `query($project: uuid!) {
    cli: flow(where: { _and: { name: { _eq: null }, project: { id: { _eq: $project } } } }, order_by: { name: asc, version: desc }, distinct_on: name, limit: 10) { name version }
    list: flow(where: { project_id: { _eq: $project } }, order_by: [{ name: desc }, { version: asc }], distinct_on: [name]) { name version }
    none: flow(where: { project_id: { _eq: $project } }, order_by: { name: asc, version: desc }, distinct_on: null) { name version }
  }`,
);
const MISMATCH = document(
  'query($project: uuid!) { flow(where: { project_id: { _eq: $project } }, order_by: { version: desc }, distinct_on: name) { name } }',
);

test('distinct_on returns the first row of each name', async () => {
  const project = await newProject();
  for (const name of ['b', 'a', 'a', 'b', 'b']) await createFlow({ project, flow: { name } });
  const { cli, list, none } = await query(DISTINCT, { project });
  expect([wordsOf(cli), wordsOf(list), wordsOf(none)]).toEqual(['a2 b3', 'b1 a1', 'a2 a1 b3 b2 b1']);
  const answer = await post(MISMATCH, { project });
  expect(answer.status).toBe(200);
  expectError(answer, '"distinct_on" columns must match initial "order_by" columns');
  expect(answer.body.data ?? null).toBeNull();
});

interface Aggregates {
  count: number;
  max: { scheduled_start_time: string };
  min: { scheduled_start_time: string };
  avg: { version: number };
}
interface Runs {
  aggregate: Aggregates;
  nodes: { id?: string; name?: string }[];
}
const AGGREGATES = document<Record<'flow_run_aggregate' | 'limited' | 'empty', Runs>>(`query($flows: [uuid!]) {
  flow_run_aggregate(where: { flow_id: { _in: $flows } }) {
    aggregate { count distinct: count(columns: flow_id, distinct: true) keyed: count(columns: [idempotency_key]) max { scheduled_start_time version } min { scheduled_start_time name } sum { version } avg { version } }
    nodes { id }
  }
  limited: flow_run_aggregate(where: { flow_id: { _in: $flows } }, order_by: { scheduled_start_time: asc }, limit: 2) { aggregate { count max { scheduled_start_time } } nodes { name } }
  empty: flow_run_aggregate(where: { flow_id: { _in: [] } }) { aggregate { count max { scheduled_start_time } } nodes { id } }
}`);

test('rows can be counted and aggregated', async () => {
  const project = await newProject();
  const [one, two] = [await createFlow({ project }), await createFlow({ project })];
  const at = (day: number) => `2031-01-0${day}T00:00:00+00:00`;
  const first = await startRun(one, { flow_run_name: 'a', scheduled_start_time: at(1), idempotency_key: 'k' });
  const second = await startRun(one, { flow_run_name: 'b', scheduled_start_time: at(2) });
  const third = await startRun(two, { flow_run_name: 'c', scheduled_start_time: at(3) });
  await setFlowRun(third, 'Running');
  const { flow_run_aggregate: all, limited, empty } = await query(AGGREGATES, { flows: [one, two] });
  const { aggregate, nodes } = all;
  expect(aggregate).toMatchObject({
    count: 3,
    distinct: 2,
    keyed: 1,
    max: { version: 2 },
    min: { name: 'a' },
    sum: { version: 4 },
  });
  expect(aggregate.avg.version).toBeCloseTo(4 / 3, 9);
  expectInstant(aggregate.max.scheduled_start_time, at(3));
  expectInstant(aggregate.min.scheduled_start_time, at(1));
  expect(nodes.map(({ id }) => id).sort()).toEqual([first, second, third].sort());
  expect([limited.aggregate.count, limited.nodes]).toEqual([2, [{ name: 'a' }, { name: 'b' }]]);
  expectInstant(limited.aggregate.max.scheduled_start_time, at(2));
  expect(empty).toEqual({ aggregate: { count: 0, max: { scheduled_start_time: null } }, nodes: [] });
});

const NESTED = document<{ flow_run: object[] }>(`query($flow: uuid!) {
  flow_run(where: { flow_id: { _eq: $flow } }, order_by: { name: asc }) {
    name
    task_runs_aggregate { aggregate { count } }
    success: task_runs_aggregate(where: { state: { _eq: "Success" } }) { aggregate { count max { version } } nodes { task { slug } } }
    pending: task_runs_aggregate(where: { state: { _eq: "Pending" } }) { aggregate { count } }
    first: task_runs(order_by: { task: { slug: asc } }, limit: 1) { task { slug } }
    last: task_runs(order_by: { task: { slug: desc } }, limit: 1) { task { slug } }
  }
}`);

test('the children of each row are limited, sorted and counted separately', async () => {
  const flow = await basicFlow();
  const runs = [await startRun(flow.id, { flow_run_name: 'a' }), await startRun(flow.id, { flow_run_name: 'b' })];
  await setTaskRun((await readRun(runs[0] ?? '')).taskRun('t1').id, 'Success');
  const common = {
    task_runs_aggregate: { aggregate: { count: 3 } },
    first: [{ task: { slug: 't1' } }],
    last: [{ task: { slug: 'x' } }],
  };
  const count = (value: number) => ({ aggregate: { count: value } });
  expect((await query(NESTED, { flow: flow.id })).flow_run).toEqual([
    {
      ...common,
      name: 'a',
      success: { aggregate: { count: 1, max: { version: 2 } }, nodes: [{ task: { slug: 't1' } }] },
      pending: count(2),
    },
    {
      ...common,
      name: 'b',
      success: { aggregate: { count: 0, max: { version: null } }, nodes: [] },
      pending: count(3),
    },
  ]);
});
