import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { insert, insertFlow, openReadWorld, type ReadWorld } from './readWorld.ts';

let world: ReadWorld;

beforeAll(async () => {
  world = await openReadWorld();
  const { database } = world;
  const one = await insertFlow(database, { name: 'one' });
  const two = await insertFlow(database, { name: 'two' });
  await insertFlow(database, { name: 'none' });
  for (const [flowId, name, version, idempotencyKey] of [
    [one.id, 'a', 1, 'k'],
    [one.id, 'b', 1, null],
    [two.id, 'c', 2, null],
  ] as const)
    await insert(database, 'flow_run', {
      flowId,
      name,
      version,
      idempotencyKey,
      scheduledStartTime: `2031-01-0${version}T00:00:00.${version}Z`,
      tags: [],
    });
});
afterAll(() => world.drop());

const aggregate = async (args: string, selection: string) => {
  const { data, errors, statements } = await world.read(`{ flow_run_aggregate${args} { ${selection} } }`);
  expect(errors).toEqual([]);
  return { ...data.flow_run_aggregate, statements };
};

describe('aggregates of flow runs', () => {
  test.each<[string, object]>([
    ['count', { count: 3 }],
    ['a: count b: count(columns: [])', { a: 3, b: 3 }],
    ['count(columns: flow_id, distinct: true)', { count: 2 }],
    ['count(columns: [flow_id, version], distinct: true)', { count: 2 }],
    ['count(columns: [idempotency_key])', { count: 1 }],
    ['count(columns: labels, distinct: true)', { count: 1 }],
    [
      'max { version name scheduled_start_time }',
      { max: { version: 2, name: 'c', scheduled_start_time: '2031-01-02T00:00:00.2+00:00' } },
    ],
    ['min { version name idempotency_key }', { min: { version: 1, name: 'a', idempotency_key: 'k' } }],
    ['sum { version times_resurrected }', { sum: { version: 4, times_resurrected: 0 } }],
    ['avg { version }', { avg: { version: 4 / 3 } }],
    [
      'stddev_pop { version } var_pop { version }',
      { stddev_pop: { version: Math.sqrt(2 / 9) }, var_pop: { version: 2 / 9 } },
    ],
    ['variance { version } var_samp { version }', { variance: { version: 1 / 3 }, var_samp: { version: 1 / 3 } }],
    [
      'stddev { version } stddev_samp { version }',
      { stddev: { version: Math.sqrt(1 / 3) }, stddev_samp: { version: Math.sqrt(1 / 3) } },
    ],
    [
      '__typename max { __typename }',
      { __typename: 'flow_run_aggregate_fields', max: { __typename: 'flow_run_max_fields' } },
    ],
  ])('aggregating %s returns its values', async (fields, found) => {
    const { aggregate: told, statements } = await aggregate('', `aggregate { ${fields} }`);
    // Roots of fractions are equal except for their last digits.
    const rounded = JSON.parse(JSON.stringify(told), (_, value) =>
      typeof value === 'number' ? expect.closeTo(value, 9) : value,
    );
    expect(found).toEqual(rounded);
    expect(statements.length).toBeLessThanOrEqual(1);
  });

  test('the largest and the smallest id can be aggregated', async () => {
    const { aggregate: told, nodes } = await aggregate('', 'aggregate { max { id } min { id } } nodes { id }');
    const ids = nodes.map(({ id }: { id: string }) => id).sort();
    expect(told).toEqual({ max: { id: ids[2] }, min: { id: ids[0] } });
  });

  test('aggregates respect limit, offset, distinct_on and where', async () => {
    const cut = await aggregate(
      '(order_by: { name: asc }, limit: 2)',
      'aggregate { count max { version } } nodes { name }',
    );
    expect(cut).toMatchObject({ aggregate: { count: 2, max: { version: 1 } }, nodes: [{ name: 'a' }, { name: 'b' }] });
    expect((await aggregate('(offset: 1)', 'aggregate { count }')).aggregate.count).toBe(2);
    expect((await aggregate('(distinct_on: version)', 'aggregate { count }')).aggregate.count).toBe(2);
    expect((await aggregate('(where: { version: { _gt: 1 } })', 'aggregate { count }')).aggregate.count).toBe(1);
  });

  test('aggregates of no rows are null and the count is 0', async () => {
    const none = await aggregate(
      '(where: { id: { _in: [] } })',
      'aggregate { count max { name } sum { version } } nodes { id }',
    );
    expect(none).toMatchObject({ aggregate: { count: 0, max: { name: null }, sum: { version: null } }, nodes: [] });
  });
});

test('one statement reads the aggregates of the children of many rows', async () => {
  const { data, statements } = await world.read(`{
    flow(order_by: { name: asc }) {
      name
      flow_runs_aggregate(where: { version: { _lt: 3 } }) {
        aggregate { count max { version } again: max { name } }
        nodes { name }
      }
    }
  }`);
  const told = data.flow.map((flow: { flow_runs_aggregate: object }) => flow.flow_runs_aggregate);
  expect(told).toEqual([
    { aggregate: { count: 0, max: { version: null }, again: { name: null } }, nodes: [] },
    { aggregate: { count: 2, max: { version: 1 }, again: { name: 'b' } }, nodes: [{ name: 'a' }, { name: 'b' }] },
    { aggregate: { count: 1, max: { version: 2 }, again: { name: 'c' } }, nodes: [{ name: 'c' }] },
  ]);
  expect(statements.sort()).toEqual([
    'prefect1.flow.rows',
    'prefect1.flow_run.measures_of_flow_id',
    'prefect1.flow_run.of_flow_id',
  ]);
});
