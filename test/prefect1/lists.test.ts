import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { insert, insertFlow, openReadWorld, type ReadWorld } from './readWorld.ts';

let world: ReadWorld;

beforeAll(async () => {
  world = await openReadWorld();
  const { database } = world;
  // In order of creation: b1 a1 c1 a2 b2. Only the first versions of a and c have descriptions.
  const runsOf: { [flow: string]: number[] } = { b1: [1, 7], a2: [3], b2: [2, 2, 2] };
  for (const [name, version, description] of [
    ['b', 1, null],
    ['a', 1, 'x'],
    ['c', 1, 'w'],
    ['a', 2, null],
    ['b', 2, null],
  ] as const) {
    const { id } = await insertFlow(database, { name, version, description });
    for (const runVersion of runsOf[`${name}${version}`] ?? [])
      await insert(database, 'flow_run', { flowId: id, version: runVersion, name: `run ${runVersion}` });
  }
});
afterAll(() => world.drop());

async function flows(args: object, read = world.read): Promise<string> {
  const document = `query ($where: flow_bool_exp, $order_by: [flow_order_by!], $distinct_on: [flow_select_column!], $limit: Int, $offset: Int) {
    flow(where: $where, order_by: $order_by, distinct_on: $distinct_on, limit: $limit, offset: $offset) { name version }
  }`;
  const { data, errors } = await read(document, args);
  expect(errors).toEqual([]);
  return data.flow.map(({ name, version }: { name: string; version: number }) => `${name}${version}`).join(' ');
}

test('a list without order_by is in order of creation', async () => {
  expect(await flows({})).toBe('b1 a1 c1 a2 b2');
});

describe('order_by', () => {
  test.each<[object, string]>([
    [{ name: 'asc', version: 'desc' }, 'a2 a1 b2 b1 c1'],
    // The keys of one object count in the order in which they were written.
    [{ version: 'desc', name: 'asc' }, 'a2 b2 a1 b1 c1'],
    [[{ version: 'desc', name: 'desc' }, { id: 'asc' }], 'b2 a2 c1 b1 a1'],
    [{ project: { name: 'asc', id: 'desc' }, name: 'desc' }, 'b1 a1 c1 a2 b2'],
    [[{ version: 'desc' }, { name: 'asc' }], 'a2 b2 a1 b1 c1'],
    [{ description: 'asc' }, 'c1 a1 b1 a2 b2'],
    [{ description: 'asc_nulls_last' }, 'c1 a1 b1 a2 b2'],
    [{ description: 'asc_nulls_first' }, 'b1 a2 b2 c1 a1'],
    [{ description: 'desc' }, 'b1 a2 b2 a1 c1'],
    [{ description: 'desc_nulls_first' }, 'b1 a2 b2 a1 c1'],
    [{ description: 'desc_nulls_last' }, 'a1 c1 b1 a2 b2'],
    [{ description: null, name: 'asc' }, 'a1 a2 b1 b2 c1'],
    [{ project: { id: 'desc' } }, 'b2 a2 c1 a1 b1'],
    [{ name: 'asc', project: { flows_aggregate: { max: { version: 'desc' } } } }, 'a2 a1 b2 b1 c1'],
    [{ flow_runs_aggregate: { count: 'desc' } }, 'b2 b1 a2 a1 c1'],
    [{ flow_runs_aggregate: { max: { version: 'desc_nulls_last' } } }, 'b1 a2 b2 a1 c1'],
    [{ flow_runs_aggregate: { avg: { version: 'asc' } } }, 'b2 a2 b1 a1 c1'],
    [{ flow_runs_aggregate: { sum: { version: 'desc_nulls_last' }, count: 'asc' } }, 'b1 b2 a2 a1 c1'],
    [{ flow_runs_aggregate: { count: 'asc', sum: { version: 'desc_nulls_last' } } }, 'a1 c1 a2 b1 b2'],
    [{ flow_runs_aggregate: { min: { id: 'asc' } } }, 'b1 a2 b2 a1 c1'],
    [{ project: null }, 'b1 a1 c1 a2 b2'],
  ])('order_by %j sorts the list', async (order_by, found) => expect(await flows({ order_by })).toBe(found));
});

test.each<[document: string, variables: object, found: string]>([
  ['{ flow(order_by: { version: desc, name: asc }) { name version } }', {}, 'a2 b2 a1 b1 c1'],
  ['{ flow(order_by: { name: asc, version: desc }) { name version } }', {}, 'a2 a1 b2 b1 c1'],
  [
    'query ($way: order_by) { flow(order_by: { version: $way, name: asc }) { name version } }',
    { way: 'desc' },
    'a2 b2 a1 b1 c1',
  ],
  [
    'query ($by: [flow_order_by!] = { version: desc, name: asc }) { flow(order_by: $by) { name version } }',
    {},
    'a2 b2 a1 b1 c1',
  ],
  [
    'query ($by: flow_order_by!) { flow(order_by: [$by]) { name version } }',
    { by: { version: 'desc', name: 'desc' } },
    'b2 a2 c1 b1 a1',
  ],
  ['{ flow: project(limit: 1) { flows(order_by: { name: desc, version: asc }) { name version } } }', {}, 'b1'],
  [
    '{ flow: flow_aggregate(order_by: { version: desc, name: desc }) { nodes { name version } } }',
    {},
    'b2 a2 c1 b1 a1',
  ],
])('the keys of order_by count as they are written in %s', async (document, variables, found) => {
  const { data, errors } = await world.read(document, variables);
  expect(errors).toEqual([]);
  const rows = data.flow.nodes ?? data.flow.flatMap((row: { flows?: object[] }) => row.flows ?? row);
  expect(rows.map(({ name, version }: { name: string; version: number }) => `${name}${version}`).join(' ')).toBe(found);
});

describe('distinct_on', () => {
  test.each<[object, string]>([
    [{ distinct_on: 'name', order_by: { name: 'asc', version: 'desc' }, limit: 10 }, 'a2 b2 c1'],
    [{ distinct_on: ['name'], order_by: [{ name: 'desc' }, { version: 'asc' }] }, 'c1 b1 a1'],
    [{ distinct_on: ['version', 'name'], order_by: [{ name: 'asc' }, { version: 'asc' }] }, 'a1 a2 b1 b2 c1'],
    [{ distinct_on: null, order_by: { name: 'asc' } }, 'a1 a2 b1 b2 c1'],
    [{ distinct_on: 'version' }, 'b1 a2'],
    [{ distinct_on: 'name', order_by: { name: 'asc' }, offset: 1, limit: 1 }, 'b1'],
  ])('distinct_on selects rows: %j', async (args, found) => expect(await flows(args)).toBe(found));

  test.each([
    '{ flow(distinct_on: name, order_by: { version: desc }) { id } }',
    '{ flow(distinct_on: [name, version], order_by: { name: desc }) { id } }',
    '{ flow(distinct_on: name, order_by: { project: { name: asc } }) { id } }',
    '{ project { flows(distinct_on: name, order_by: { version: desc }) { id } } }',
    '{ flow_aggregate(distinct_on: name, order_by: { version: desc }) { aggregate { count } } }',
  ])('%s is rejected because of distinct_on', async (document) => {
    const { data, errors } = await world.read(document);
    const message = '"distinct_on" columns must match initial "order_by" columns';
    expect(new Set(errors.map((error) => JSON.stringify(error)))).toEqual(
      new Set([JSON.stringify({ message, code: 'validation-failed' })]),
    );
    expect(data === null || data.flow_aggregate?.aggregate === null).toBe(true);
  });
});

describe('limit and offset', () => {
  test.each<[object, string]>([
    [{ limit: 2 }, 'b1 a1'],
    [{ limit: 2, offset: 3 }, 'a2 b2'],
    [{ offset: 4 }, 'b2'],
    [{ limit: 0 }, ''],
    [{ limit: null, offset: null }, 'b1 a1 c1 a2 b2'],
  ])('limit and offset select rows: %j', async (args, found) => expect(await flows(args)).toBe(found));

  test.each(['limit', 'offset'])('a negative %s is rejected', async (name) => {
    const { data, errors } = await world.read(`{ flow(${name}: -1) { id } }`);
    expect(errors).toEqual([{ message: 'unexpected negative value', code: 'bad-request' }]);
    expect(data).toBeNull();
  });

  test('a list without a limit has all rows', async () => {
    const { database } = world;
    await database.query({
      name: 'test.manyMessages',
      text: `insert into message (id, tenant_id, text) select gen_random_uuid(), (select id from tenant), n::text
        from generate_series(1, 1500) n`,
    });
    const { data } = await world.read('{ message { text } message_aggregate { aggregate { count } } }');
    expect(data.message).toHaveLength(1500);
    expect(data.message_aggregate.aggregate.count).toBe(1500);
  });
});

describe('lists of many parents', () => {
  test('each parent has its own list with its own order and limit', async () => {
    const { data } = await world.read(`{
      flow(order_by: { name: asc, version: asc }) {
        name
        last: flow_runs(order_by: { version: desc }, limit: 2) { version flow { name } }
        second: flow_runs(order_by: { version: asc }, offset: 1) { version }
        names: flow_runs(distinct_on: name) { name }
      }
    }`);
    const of = (key: string) =>
      data.flow.map((flow: { [key: string]: object[] }) => flow[key]?.map((run) => Object.values(run)[0]));
    expect(of('last')).toEqual([[], [3], [7, 1], [2, 2], []]);
    expect(of('second')).toEqual([[], [], [7], [2, 2], []]);
    expect(of('names')).toEqual([[], ['run 3'], ['run 1', 'run 7'], ['run 2'], []]);
    expect(data.flow[2].last[0].flow.name).toBe('b');
  });
});
