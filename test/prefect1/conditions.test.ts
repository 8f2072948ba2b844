import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { idOf, insert, insertFlow, openReadWorld, type ReadWorld } from './readWorld.ts';

let world: ReadWorld;
let projectId: string;
/** Flows by name: a is archived version 1, b is version 2 with a description, c is version 3. */
const ids: { [name: string]: string } = {};

beforeAll(async () => {
  world = await openReadWorld();
  const { database } = world;
  projectId = await insert(database, 'project', { name: 'p' });
  const flows = [
    { name: 'a', version: 1, archived: true, tags: [], created: '2026-01-01T00:00:00Z', parameters: [] },
    { name: 'b', version: 2, description: 'B 100% done_', created: '2026-01-02T00:00:00Z', settings: { on: true } },
    { name: 'c', version: 3, created: '2026-01-03T00:00:00.5Z', settings: { on: false, list: ['x', 'y'] } },
  ];
  for (const flow of flows) {
    const slugs = flow.name === 'b' ? ['t'] : [];
    const { id, tasks } = await insertFlow(database, { ...flow, projectId }, slugs);
    ids[flow.name] = id;
    if (flow.name !== 'b') continue;
    const run = await insert(database, 'flow_run', { flowId: id, tags: ['x', 'y'], prefect1State: 'Running' });
    await insert(database, 'flow_run_state', { flowRunId: run, version: 1, prefect1State: 'Scheduled' });
    await insert(database, 'flow_run_state', { flowRunId: run, version: 2, prefect1State: 'Running' });
    await insert(database, 'task_run', { flowRunId: run, taskId: idOf(tasks, 't'), prefect1State: 'Success' });
    await insert(database, 'log', { runId: run, flowRunId: run, number: 1, level: 45, message: 'careful' });
  }
  await database.query({
    name: 'test.retryDelay',
    text: `update task set retry_delay = interval '90 seconds', max_retries = 2`,
  });
});
afterAll(() => world.drop());

async function names(where: object | null): Promise<string> {
  const document = 'query ($where: flow_bool_exp) { flow(where: $where, order_by: { name: asc }) { name } }';
  const { data, errors } = await world.read(document, { where });
  expect(errors).toEqual([]);
  return data.flow.map(({ name }: { name: string }) => name).join('');
}

describe('operators of bool_exp', () => {
  test.each<[object, string]>([
    [{ name: { _eq: 'a' } }, 'a'],
    [{ name: { _neq: 'a' } }, 'bc'],
    [{ name: { _gt: 'a' } }, 'bc'],
    [{ name: { _gte: 'b', _lt: 'c' } }, 'b'],
    [{ name: { _lte: 'b' } }, 'ab'],
    [{ name: { _in: ['a', 'z'] } }, 'a'],
    [{ name: { _in: [] } }, ''],
    [{ name: { _nin: ['a', 'z'] } }, 'bc'],
    [{ description: { _nin: [] } }, 'abc'],
    [{ description: { _nin: ['z'] } }, 'b'],
    [{ description: { _neq: 'z' } }, 'b'],
    [{ description: { _is_null: true } }, 'ac'],
    [{ description: { _is_null: false } }, 'b'],
    [{ description: { _like: 'B 100\\% %' } }, 'b'],
    [{ description: { _like: 'b%' } }, ''],
    [{ description: { _nlike: 'x%' } }, 'b'],
    [{ description: { _ilike: 'b%' } }, 'b'],
    [{ description: { _nilike: 'b%' } }, ''],
    [{ description: { _similar: '(A|B)%' } }, 'b'],
    [{ description: { _nsimilar: '(A|B)%' } }, ''],
    [{ name: { _regex: '^[ab]$' } }, 'ab'],
    [{ name: { _nregex: '^[ab]$' } }, 'c'],
    [{ name: { _iregex: '^[AB]$' } }, 'ab'],
    [{ name: { _niregex: '^[AB]$' } }, 'c'],
    [{ version: { _gt: 1, _lte: 3 } }, 'bc'],
    [{ version: { _in: [1, 3] } }, 'ac'],
    [{ archived: { _eq: true } }, 'a'],
    [{ archived: { _nin: [true] } }, 'bc'],
    [{ created: { _gt: '2026-01-02' } }, 'c'],
    [{ created: { _eq: '2026-01-03T01:00:00.5+01:00' } }, 'c'],
    [{ created: { _in: ['2026-01-01 00:00:00'] } }, 'a'],
    [{ settings: { _contains: { on: true } } }, 'b'],
    [{ settings: { _contains: { list: ['x'] } } }, 'c'],
    [{ settings: { _contained_in: { on: true, other: 1 } } }, 'ab'],
    [{ settings: { _has_key: 'list' } }, 'c'],
    [{ settings: { _has_keys_any: ['list', 'on'] } }, 'bc'],
    [{ settings: { _has_keys_all: ['list', 'on'] } }, 'c'],
    [{ settings: { _eq: {} } }, 'a'],
    [{ settings: { _in: [{}, { on: true }] } }, 'ab'],
    [{ flow_runs: { labels: { _contains: ['y'] } } }, 'b'],
    [{ flow_runs: { labels: { _contains: ['y', 'x'] } } }, 'b'],
    [{ flow_runs: { labels: { _contains: ['y', 'z'] } } }, ''],
    [{ flow_runs: { labels: { _contains: [] } } }, 'b'],
    [{ flow_runs: { labels: { _contains: [1] } } }, ''],
    [{ flow_runs: { labels: { _has_key: 'x' } } }, 'b'],
    [{ flow_runs: { labels: { _has_keys_all: ['x', 'z'] } } }, ''],
    [{ _not: { flow_runs: { labels: { _contains: ['y'] } } } }, 'ac'],
    [{ _or: [{ flow_runs: { labels: { _contains: ['y'] } } }, { name: { _eq: 'a' } }] }, 'ab'],
    [{ tasks: { retry_delay: { _eq: '00:01:30' } } }, 'b'],
    [{ tasks: { retry_delay: { _gt: '2 minutes' } } }, ''],
  ])('the condition %j matches its flows', async (where, found) => expect(await names(where)).toBe(found));

  test('a UUID can be compared in upper case and without hyphens', async () => {
    const id = ids.b ?? '';
    expect(await names({ id: { _eq: id.replaceAll('-', '').toUpperCase() } })).toBe('b');
    expect(await names({ id: { _neq: id } })).toBe('ac');
    expect(await names({ id: { _lte: id } })).toBe('ab');
  });
});

describe('conditions without a value', () => {
  test.each<[object | null]>([
    [null],
    [{}],
    [{ id: { _eq: null } }],
    [{ name: null, version: {} }],
    [{ name: { _ilike: null }, version: { _gt: null }, created: { _in: null }, archived: { _is_null: null } }],
    [{ _and: null, _or: null, _not: null }],
    [{ _and: [] }],
    [{ _and: { name: { _eq: null }, project: { name: { _eq: null } } } }],
    [{ _or: [{}] }],
    [{ project: null }],
  ])('the condition %j matches every flow', async (where) => expect(await names(where)).toBe('abc'));

  test('a condition with a missing variable matches every flow', async () => {
    const document = 'query ($name: String) { flow(where: { name: { _eq: $name } }) { name } }';
    expect((await world.read(document)).data.flow).toHaveLength(3);
    expect((await world.read(document, { name: 'a' })).data.flow).toHaveLength(1);
  });
});

describe('joined conditions', () => {
  test.each<[object, string]>([
    [{ _or: [] }, ''],
    [{ _not: {} }, ''],
    [{ _or: [{ name: { _eq: 'a' } }, { version: { _eq: 3 } }] }, 'ac'],
    [{ _or: { name: { _eq: 'a' } } }, 'a'],
    [{ _and: [{ name: { _gte: 'b' } }, { name: { _lt: 'c' } }] }, 'b'],
    [{ _not: { name: { _eq: 'a' } } }, 'bc'],
    // Unknown stays unknown.
    [{ _not: { description: { _eq: 'z' } } }, 'b'],
    [{ name: { _neq: 'a' }, _or: [{ name: { _eq: 'a' } }, { _not: { name: { _eq: 'b' } } }] }, 'c'],
  ])('the joined condition %j matches its flows', async (where, found) => expect(await names(where)).toBe(found));
});

describe('conditions on related rows', () => {
  test.each<[object, string]>([
    [{ project: { name: { _eq: 'p' } } }, 'abc'],
    [{ project: { name: { _is_null: true } } }, ''],
    [{ flow_runs: {} }, 'b'],
    [{ _not: { flow_runs: {} } }, 'ac'],
    [{ flow_runs: { state: { _eq: 'Running' } } }, 'b'],
    [{ flow_runs: { task_runs: { state: { _eq: 'Success' }, task: { slug: { _eq: 't' } } } } }, 'b'],
    [{ flow_runs: { task_runs: { state: { _eq: 'Success' }, task: { slug: { _eq: 'u' } } } } }, ''],
    [{ flow_runs: { flow: { flow_runs: { flow: { name: { _eq: 'b' } } } } } }, 'b'],
    // One row must have both, or each may be in another row.
    [{ flow_runs: { states: { state: { _eq: 'Scheduled' }, version: { _eq: 2 } } } }, ''],
    [{ flow_runs: { _and: [{ states: { state: { _eq: 'Scheduled' } } }, { states: { version: { _eq: 2 } } }] } }, 'b'],
    [{ flow_runs: { logs: { level: { _eq: 'ERROR' }, message: { _ilike: 'CARE%' } } } }, 'b'],
    [{ flow_runs: { logs: { level: { _eq: 'CRITICAL' } } } }, ''],
  ])('the condition %j matches flows by related rows', async (where, found) => expect(await names(where)).toBe(found));
});

describe('values that PostgreSQL cannot read', () => {
  test.each<[object, string]>([
    [{ id: { _eq: 'x' } }, 'invalid input syntax for type uuid: "x"'],
    [{ id: { _in: ['x'] } }, 'invalid input syntax for type uuid: "x"'],
    [{ created: { _gt: 'soon' } }, 'invalid input syntax for type timestamp with time zone: "soon"'],
    [{ name: { _regex: '(' } }, 'invalid regular expression: parentheses () not balanced'],
    [{ name: { _eq: '\0' } }, 'invalid byte sequence for encoding "UTF8": 0x00'],
  ])('the value in %j is rejected as a data-exception', async (where, message) => {
    const document = 'query ($where: flow_bool_exp) { flow(where: $where) { id } project { id } }';
    const { data, errors } = await world.read(document, { where });
    expect(errors).toEqual([{ message, code: 'data-exception' }]);
    expect(data).toBeNull();
  });

  test('a value that cannot be read fails only its own nullable field', async () => {
    const { data, errors } = await world.read(
      '{ flow_by_pk(id: "x") { id } project_by_pk(id: null_) { id } }'.replace('null_', `"${projectId}"`),
    );
    expect(errors).toEqual([{ message: 'invalid input syntax for type uuid: "x"', code: 'data-exception' }]);
    expect(data).toEqual({ flow_by_pk: null, project_by_pk: { id: projectId } });
  });

  test('values are never part of the text of a statement', async () => {
    const nasty = `'; drop table flow; -- " $1 \\`;
    const texts: string[] = [];
    const { database } = world;
    const query = database.query.bind(database);
    database.query = (statement, values) => {
      texts.push(statement.text);
      return query(statement, values);
    };
    const where = {
      name: { _eq: nasty, _regex: 'x' },
      settings: { _contains: { [nasty]: nasty } },
      version: { _in: [7] },
    };
    expect(await names(where)).toBe('');
    database.query = query;
    expect(texts).toHaveLength(1);
    expect(texts.join()).not.toMatch(/drop table|'x'|\b7\b/);
  });
});

describe('the size of a list request is limited', () => {
  const repeated = (count: number, value: unknown) => Array.from({ length: count }, () => value);
  const nested = (levels: number): object => (levels === 0 ? {} : { _not: nested(levels - 1) });

  test.each<[string, object, string]>([
    ['a thousand conditions of _and', { _and: repeated(999, { name: { _neq: 'z' } }) }, 'abc'],
    ['ten thousand values of _in', { name: { _in: repeated(10_000, 'a') } }, 'a'],
    ['twenty levels', nested(18), 'abc'],
  ])('%s are accepted', async (_, where, expected) => {
    expect(await names(where)).toBe(expected);
  });

  const column = 'name';
  test.each<[string, string, unknown, string]>([
    ['where', 'flow_bool_exp', { _and: repeated(70_000, { name: { _neq: 'z' } }) }, '2,000 conditions'],
    ['where', 'flow_bool_exp', { _or: repeated(2_000, {}) }, '2,000 conditions'],
    ['where', 'flow_bool_exp', { name: { _in: repeated(10_001, 'a') } }, '10,000 values'],
    ['where', 'flow_bool_exp', { settings: { _has_keys_any: repeated(10_001, 'a') } }, '10,000 values'],
    ['where', 'flow_bool_exp', nested(20), '20 levels'],
    ['order_by', '[flow_order_by!]', repeated(70_000, { name: 'asc' }), '100 keys'],
    ['order_by', '[flow_order_by!]', repeated(60, { name: 'asc', project: { name: 'asc' } }), '100 keys'],
    ['distinct_on', '[flow_select_column!]', repeated(70_000, column), '100 keys'],
  ])('%s of type %s', async (argument, type, value, limit) => {
    const { errors } = await world.read(`query ($value: ${type}) { flow(${argument}: $value) { name } }`, { value });
    expect(errors).toEqual([{ code: 'LIMIT_EXCEEDED', message: `\`${argument}\` can have at most ${limit}.` }]);
  });

  test('the columns of a count', async () => {
    const document =
      'query ($columns: [flow_select_column!]) { flow_aggregate { aggregate { count(columns: $columns) } } }';
    const { errors } = await world.read(document, { columns: repeated(101, column) });
    expect(errors).toEqual([{ code: 'LIMIT_EXCEEDED', message: '`columns` can have at most 100 keys.' }]);
  });
});
