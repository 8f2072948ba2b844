import { expect, test } from 'vitest';
import { nobody } from '../support/expectations.ts';
import { document, expectError, post, query } from '../support/prefect1Client.ts';
import { servePrefect1 } from '../support/prefect1Server.ts';
import { edge, task } from '../support/serializedFlows.ts';
import { basicFlow, emptyFlow, startRun } from '../support/world.ts';

servePrefect1();

const BY_PK = document('query($id: uuid!) { flow_by_pk(id: $id) { id } hello }');

test('an unknown row is null and a malformed id is an error next to the data', async () => {
  expect(await query(BY_PK, { id: nobody() })).toEqual({ flow_by_pk: null, hello: '👋' });
  const answer = await post(BY_PK, { id: 'x' });
  expect(answer.status).toBe(200);
  expectError(answer, /invalid input syntax for type uuid: "x"/);
  expect(answer.body.errors?.[0]?.extensions?.code).toBe('data-exception');
  expect(answer.body.data).toEqual({ flow_by_pk: null, hello: '👋' });
});

interface Id {
  id: string;
}
const MANY = document<{ task: Id[]; flow_by_pk: { tasks: Id[] }; task_run: Id[] }>(
  `query($flow: uuid!) {
    task(where: { flow_id: { _eq: $flow } }) { id }
    flow_by_pk(id: $flow) { tasks { id } }
    task_run(where: { task: { flow_id: { _eq: $flow } } }) { id }
  }`,
);

test('a list without a limit is complete', async () => {
  const flow = await basicFlow({ tasks: Array.from({ length: 520 }, (_, index) => task(`t-${index}`)), edges: [] });
  await startRun(flow.id);
  const got = await query(MANY, { flow: flow.id });
  expect([got.task.length, got.flow_by_pk.tasks.length, got.task_run.length]).toEqual([520, 520, 520]);
});

interface Walk {
  walk: { task: { slug: string }; depth: number }[];
}
const DOWN = document<Walk>(`query($args: utility_downstream_tasks_args!, $where: utility_traversal_bool_exp) {
  walk: utility_downstream_tasks(args: $args, where: $where, order_by: { depth: asc, task: { slug: asc } }) { task { slug } depth }
}`);
const UP = document<Walk>(`query($args: utility_upstream_tasks_args!, $where: utility_traversal_bool_exp) {
  walk: utility_upstream_tasks(args: $args, where: $where, order_by: { depth: asc, task: { slug: asc } }) { task { slug } depth }
}`);
const DOWN_COUNT = document(
  'query($args: utility_downstream_tasks_args!) { utility_downstream_tasks_aggregate(args: $args) { aggregate { count max { depth } } } }',
);

test('the task graph can be traversed in both directions', async () => {
  const { taskId } = await basicFlow({
    tasks: ['a', 'b', 'c', 'd'].map((slug) => task(slug)),
    edges: [edge('a', 'b'), edge('b', 'c'), edge('a', 'c'), edge('c', 'd')],
  });
  const start = (...slugs: string[]) => ({ start_task_ids: `{${slugs.map(taskId).join(',')}}` });
  const walked = async (direction: typeof DOWN, args: object, where = {}) =>
    (await query(direction, { args, where })).walk.map(({ task: { slug }, depth }) => `${slug}${depth}`).join(' ');
  expect(await walked(DOWN, start('a'))).toBe('a0 b1 c2 d3');
  expect(await walked(UP, start('d'))).toBe('d0 c1 b2 a3');
  expect(await walked(DOWN, { ...start('a'), depth_limit: 1 })).toBe('a0 b1 c1');
  expect(await walked(DOWN, start('b', 'c'))).toBe('b0 c1 d2');
  expect(await walked(DOWN, start('a'), { depth: { _gt: 1 } })).toBe('c2 d3');
  expect(await walked(DOWN, { start_task_ids: '{}' })).toBe('');
  expect(await query(DOWN_COUNT, { args: start('a') })).toEqual({
    utility_downstream_tasks_aggregate: { aggregate: { count: 4, max: { depth: 3 } } },
  });
});

const FORMATS = document<{
  flow_run_by_pk: Record<string, unknown>;
  flow_by_pk: { tasks: object[] };
}>(`query($run: uuid!, $flow: uuid!) {
  flow_run_by_pk(id: $run) {
    scheduled_start_time created parameters labels context x: parameters(path: "x") deep: parameters(path: "$.x.y[1]") dotted: parameters(path: "x.y") missing: parameters(path: "nope.z")
  }
  flow_by_pk(id: $flow) { tasks(order_by: { slug: asc }) { slug retry_delay } }
}`);

test('values are returned in the forms of PostgreSQL', async () => {
  const flow = await basicFlow({ tasks: [task('t1', { retry_delay: 90 }), task('t2')], edges: [] });
  const parameters = { x: { y: [1, 2] } };
  const scheduled_start_time = '2031-01-02T03:04:05.120000+01:00';
  const run = await startRun(flow.id, { parameters, scheduled_start_time });
  const { flow_run_by_pk, flow_by_pk } = await query(FORMATS, { run, flow: flow.id });
  expect(flow_run_by_pk).toMatchObject({
    scheduled_start_time: '2031-01-02T02:04:05.12+00:00',
    parameters,
    labels: [],
    context: {},
    x: { y: [1, 2] },
    deep: 2,
    dotted: [1, 2],
    missing: null,
  });
  expect(flow_run_by_pk.created).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?\+00:00$/);
  expect(flow_by_pk.tasks).toEqual([
    { slug: 't1', retry_delay: '00:01:30' },
    { slug: 't2', retry_delay: null },
  ]);
});

const FRAGMENTS = document(`query Both($a: uuid!, $b: uuid!) {
  __typename
  first: flow_run(where: { id: { _eq: $a } }) { ...part }
  second: flow_run(where: { id: { _eq: $b } }) { ...part ... on flow_run { state } }
  first: flow_run(where: { id: { _eq: $a } }) { version }
  aggregate: flow_run_aggregate(where: { id: { _in: [$a, $b] } }) { __typename aggregate { __typename count } nodes { __typename } }
}
fragment part on flow_run { __typename id flow { __typename ...named } }
fragment named on flow { name }`);

test('aliases, fragments and type names are supported', async () => {
  const flow = await emptyFlow();
  const [a, b] = [await startRun(flow.id), await startRun(flow.id)];
  const row = (id: string, rest: object) => [
    { __typename: 'flow_run', id, flow: { __typename: 'flow', name: flow.name }, ...rest },
  ];
  expect(await query(FRAGMENTS, { a, b })).toEqual({
    __typename: 'Query',
    first: row(a, { version: 1 }),
    second: row(b, { state: 'Scheduled' }),
    aggregate: {
      __typename: 'flow_run_aggregate',
      aggregate: { __typename: 'flow_run_aggregate_fields', count: 2 },
      nodes: [{ __typename: 'flow_run' }, { __typename: 'flow_run' }],
    },
  });
});
