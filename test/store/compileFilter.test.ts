import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Filter, FilterOperator } from '../../src/core/filters/filter.ts';
import type { FlowRun, TaskRun } from '../../src/core/runs/run.ts';
import { STATE_TYPES } from '../../src/core/runs/state.ts';
import type { Json } from '../../src/core/values/jsonObject.ts';
import { DEFAULT_TENANT_ID } from '../../src/core/values/viewer.ts';
import { type Database, statement } from '../../src/store/connection/database.ts';
import { flowPage } from '../../src/store/deployments/flows.ts';
import { flowRunCount, flowRunPage } from '../../src/store/flowRuns/flowRuns.ts';
import { MAX_FILTER_LIST } from '../../src/store/query/fieldTests.ts';
import { MAX_FILTER_DEPTH, MAX_FILTER_NODES } from '../../src/store/query/readFilter.ts';
import { logPage } from '../../src/store/runs/logs.ts';
import { taskRunPage } from '../../src/store/taskRuns/taskRuns.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { random } from '../support/random.ts';
import {
  insertFlowRuns,
  insertFlows,
  insertLogs,
  insertRows,
  insertTaskRuns,
  insertTenant,
  NOON,
  newFlow,
  newFlowRun,
  newLog,
  newTaskRun,
} from '../support/rows.ts';

const dice = random(7);
const TAGS = ['red', 'green', 'it\'s "blue", {so}', '\\'];
const NAMES = ['alpha', 'Alphabet', '100%', 'under_score', 'back\\slash', 'ÄÖÜ', ''];
const time = () => dice.one([null, NOON - 1, NOON, NOON + 1]);

const flows = ['one', 'two', 'Three'].map((name) => newFlow({ name, tags: dice.some(TAGS) }));
const deployments = flows.map(({ id }) => ({ ...newFlow({ name: 'daily' }), flowId: id }));
const flowRuns: FlowRun[] = Array.from({ length: 120 }, (_, number) =>
  newFlowRun(dice.one(flows).id, {
    name: dice.one(NAMES),
    tags: dice.some(TAGS),
    stateType: dice.one(STATE_TYPES),
    stateName: dice.one(['Late', 'Running']),
    startTime: time(),
    expectedStartTime: time(),
    endTime: time(),
    deploymentId: dice.one([null, ...deployments.map(({ id }) => id)]),
    flowVersion: dice.one([null, '1', '2']),
    idempotencyKey: dice.one([null, `key ${number}`]),
    autoScheduled: dice.one([true, false]),
  }),
);
const taskRuns: TaskRun[] = Array.from({ length: 150 }, () =>
  newTaskRun(dice.one([null, ...flowRuns.map(({ id }) => id)]), {
    name: dice.one(NAMES),
    stateType: dice.one(STATE_TYPES),
    startTime: time(),
    expectedStartTime: time(),
  }),
);

let opened: TestDatabase;
let database: Database;
beforeAll(async () => {
  opened = await testDatabase();
  database = opened.database;
  await insertFlows(database, flows);
  await insertRows(database, 'deployment', deployments);
  await insertFlowRuns(database, flowRuns);
  await insertTaskRuns(database, taskRuns);
  const stranger = await insertTenant(database);
  const theirFlow = newFlow({ tenantId: stranger });
  await insertFlows(database, [theirFlow]);
  await insertFlowRuns(database, flowRuns.map(({ name, tags }) => newFlowRun(theirFlow.id, { name, tags, tenantId: stranger }))); // biome-ignore format: data
  // Without statistics the planner assumes one row per table, and a chain of relations takes seconds.
  await database.query(statement('test.analyze', 'analyze'));
});
afterAll(() => opened.drop());

// The meaning of filters a second time: slowly, in memory, with two truth values.

type Row = { [field: string]: unknown };
const asRow = (row: object) => row as Row;

const RELATED: { [relation: string]: (row: Row) => Row[] } = {
  flow: (row) => flows.filter(({ id }) => id === row.flowId).map(asRow),
  deployment: (row) => deployments.filter(({ id }) => id === row.deploymentId).map(asRow),
  taskRuns: (row) => taskRuns.filter(({ flowRunId }) => flowRunId === row.id).map(asRow),
  flowRun: (row) => flowRuns.filter(({ id }) => id === row.flowRunId).map(asRow),
  flowRuns: (row) => flowRuns.filter(({ flowId }) => flowId === row.id).map(asRow),
};

// Only log lines have `query`: test/api/filters.test.ts.
const OPERATORS: { [Operator in Exclude<FilterOperator, 'query'>]: (field: unknown, value: Json) => boolean } = {
  in: (field, value) => list(value).some((entry) => entry === field),
  notIn: (field, value) =>
    list(value).length === 0 || (field !== null && !list(value).some((entry) => entry === field)),
  contains: (field, value) => field !== null && String(field).toLowerCase().includes(String(value).toLowerCase()),
  startsWith: (field, value) =>
    field !== null && list(value).some((start) => String(field).toLowerCase().startsWith(String(start).toLowerCase())),
  is: (field, value) => field === value,
  gte: (field, value) => field !== null && Number(field) >= Number(value),
  lte: (field, value) => field !== null && Number(field) <= Number(value),
  isNull: (field, value) => (field === null) === value,
  hasAll: (field, value) => list(value).every((entry) => list(field).includes(entry)),
  hasAny: (field, value) => list(value).some((entry) => list(field).includes(entry)),
  isEmpty: (field, value) => (list(field).length === 0) === value,
};
const list = (value: unknown) => value as unknown[];

function passes(filter: Filter, row: Row): boolean {
  if ('and' in filter) return filter.and.every((part) => passes(part, row));
  if ('or' in filter) return filter.or.some((part) => passes(part, row));
  if ('not' in filter) return !passes(filter.not, row);
  if ('relation' in filter) return (RELATED[filter.relation]?.(row) ?? []).some((one) => passes(filter.some, one));
  const field = filter.field === 'effectiveStartTime' ? (row.startTime ?? row.expectedStartTime) : row[filter.field];
  if (filter.operator === 'query') throw new Error('not here');
  return OPERATORS[filter.operator](field, filter.value);
}

const expected = (rows: readonly object[], filter: Filter) =>
  rows.filter((row) => passes(filter, asRow(row))).map((row) => asRow(row).id);

const page = { first: 200 };
const ids = ({ rows }: { rows: { row: { id: string } }[] }) => rows.map(({ row }) => row.id);
const flowRunIds = async (filter: Filter) =>
  ids(await flowRunPage(database, DEFAULT_TENANT_ID, { filter, sort: 'ID_ASC', page, wide: false }));

const UNKNOWN = '01900000-0000-7000-8000-00000000dead';
const ofFlowRun: [field: string, operator: FilterOperator, value: Json][] = [
  ['id', 'in', flowRuns.slice(3, 9).map(({ id }) => id)],
  ['id', 'in', []],
  ['id', 'in', [UNKNOWN]],
  ['id', 'notIn', flowRuns.slice(3, 9).map(({ id }) => id)],
  ['id', 'notIn', []],
  ['flowId', 'in', [flows[0]?.id ?? '']],
  ['deploymentId', 'notIn', [deployments[0]?.id ?? '']],
  ['deploymentId', 'notIn', []],
  ['deploymentId', 'isNull', true],
  ['deploymentId', 'isNull', false],
  ['parentTaskRunId', 'isNull', true],
  ['name', 'in', ['alpha', 'ÄÖÜ', '']],
  ['name', 'notIn', ['alpha']],
  ['name', 'contains', 'ALPHA'],
  ['name', 'contains', '%'],
  ['name', 'contains', '_'],
  ['name', 'contains', '\\'],
  ['name', 'contains', 'äö'],
  ['name', 'contains', ''],
  ['name', 'startsWith', ['ALPHA', '100%', '\\']],
  ['name', 'startsWith', ['_', '%']],
  ['name', 'startsWith', []],
  ['stateType', 'in', ['RUNNING', 'FAILED']],
  ['stateType', 'notIn', ['RUNNING', 'FAILED']],
  ['stateName', 'in', ['Late']],
  ['tags', 'hasAll', ['red', 'green']],
  ['tags', 'hasAll', []],
  ['tags', 'hasAny', ['it\'s "blue", {so}', '\\']],
  ['tags', 'hasAny', []],
  ['tags', 'isEmpty', true],
  ['tags', 'isEmpty', false],
  ['startTime', 'gte', NOON],
  ['startTime', 'isNull', true],
  ['effectiveStartTime', 'gte', NOON],
  ['effectiveStartTime', 'lte', NOON],
  ['expectedStartTime', 'lte', NOON],
  ['endTime', 'gte', NOON + 1],
  ['created', 'lte', NOON],
  ['flowVersion', 'in', ['1']],
  ['idempotencyKey', 'isNull', false],
  ['autoScheduled', 'is', true],
  ['autoScheduled', 'is', false],
];

describe('conditions on flow runs', () => {
  test.each(ofFlowRun)(
    'the condition %s %s and its negation match the rows that they match in memory (case %#)',
    async (field, operator, value) => {
      const condition = { field, operator, value };
      expect(await flowRunIds(condition)).toEqual(expected(flowRuns, condition));
      expect(await flowRunIds({ not: condition })).toEqual(expected(flowRuns, { not: condition }));
      expect(await flowRunCount(database, DEFAULT_TENANT_ID, condition)).toBe(expected(flowRuns, condition).length);
    },
  );
});

test('an empty `and` matches every row and an empty `or` none', async () => {
  expect(await flowRunIds({ and: [] })).toHaveLength(flowRuns.length);
  expect(await flowRunIds({ or: [] })).toEqual([]);
});

test('two hundred random filters with nested relations match the rows that they match in memory', async () => {
  const leaf = (): Filter => {
    const [field, operator, value] = dice.one(ofFlowRun);
    return { field, operator, value };
  };
  const taskLeaf = (): Filter => ({ field: 'stateType', operator: 'in', value: dice.some(STATE_TYPES) });
  const tree = (depth: number): Filter => {
    if (depth === 0) return leaf();
    const parts = () => Array.from({ length: dice.below(4) }, () => tree(depth - 1));
    return dice.one<() => Filter>([
      leaf,
      () => ({ and: parts() }),
      () => ({ or: parts() }),
      () => ({ not: tree(depth - 1) }),
      () => ({ relation: 'flow', some: { field: 'name', operator: 'contains', value: dice.one(['o', 't']) } }),
      () => ({ relation: 'deployment', some: { and: [] } }),
      () => ({ relation: 'taskRuns', some: { or: [taskLeaf(), { not: taskLeaf() }] } }),
      () => ({ relation: 'taskRuns', some: { and: [taskLeaf(), { relation: 'flowRun', some: tree(depth - 1) }] } }),
    ])();
  };
  for (let round = 0; round < 200; round += 1) {
    const filter = tree(3);
    expect(await flowRunIds(filter), JSON.stringify(filter)).toEqual(expected(flowRuns, filter));
  }
});

test('task runs, flows and log lines are filtered by their own fields and relations', async () => {
  const filter: Filter = {
    and: [
      { field: 'flowRunId', operator: 'isNull', value: false },
      { relation: 'flowRun', some: { field: 'stateName', operator: 'in', value: ['Late'] } },
      { field: 'startTime', operator: 'gte', value: NOON },
    ],
  };
  const found = await taskRunPage(database, DEFAULT_TENANT_ID, { filter, sort: 'ID_ASC', page });
  expect(ids(found)).toEqual(expected(taskRuns, filter));
  expect(ids(found).length).toBeGreaterThan(0);

  const busy: Filter = { relation: 'flowRuns', some: { field: 'name', operator: 'in', value: ['alpha'] } };
  expect(ids(await flowPage(database, DEFAULT_TENANT_ID, { filter: busy, sort: 'ID_ASC' }))).toEqual(
    expected(flows, busy),
  );

  const run = { flowRunId: flowRuns[0]?.id ?? '' };
  const lines = [10, 20, 30].map((level, at) => newLog(run, at + 1, { level }));
  await insertLogs(database, lines);
  const grave: Filter = { and: [{ field: 'level', operator: 'gte', value: 20 }, { field: 'message', operator: 'contains', value: 'LINE' }] }; // biome-ignore format: data
  expect(ids(await logPage(database, DEFAULT_TENANT_ID, { filter: grave }))).toEqual(expected(lines, grave));
});

test('a filter never matches a flow run of another tenant, also not through a relation', async () => {
  const theirs = await insertTenant(database);
  const alien = newFlowRun(flows[0]?.id ?? '', { tenantId: theirs, name: 'alien' });
  await insertFlowRuns(database, [alien]);
  expect(await flowRunIds({ field: 'name', operator: 'in', value: ['alien'] })).toEqual([]);
  const filter: Filter = { relation: 'flowRuns', some: { field: 'name', operator: 'in', value: ['alien'] } };
  expect(ids(await flowPage(database, DEFAULT_TENANT_ID, { filter }))).toEqual([]);
});

const nested = (depth: number): Filter => (depth === 1 ? { and: [] } : { not: nested(depth - 1) });
const wide = (nodes: number): Filter => ({ or: Array.from({ length: nodes - 1 }, () => ({ and: [] })) });
const oneOf = (count: number): Filter => ({
  field: 'name',
  operator: 'in',
  value: Array.from({ length: count }, String),
});

test.each<[what: string, filter: Filter]>([
  ['levels', nested(MAX_FILTER_DEPTH)],
  ['conditions', wide(MAX_FILTER_NODES)],
  ['values', oneOf(MAX_FILTER_LIST)],
])('a filter may have the maximum number of %s', async (_, filter) => {
  await flowRunIds(filter);
});

const where = (field: string, operator: string, value: Json): Filter => ({ field, operator: operator as FilterOperator, value }); // biome-ignore format: data

test.each<[what: string, filter: Filter, code: string]>([
  ['more levels than allowed', nested(MAX_FILTER_DEPTH + 1), 'LIMIT_EXCEEDED'],
  ['more conditions than allowed', wide(MAX_FILTER_NODES + 1), 'LIMIT_EXCEEDED'],
  ['more values than allowed', oneOf(MAX_FILTER_LIST + 1), 'LIMIT_EXCEEDED'],
  ['an unknown field', where('nonsense', 'in', []), 'BAD_USER_INPUT'],
  ['a field that every object has', where('constructor', 'in', []), 'BAD_USER_INPUT'],
  ['an unknown operator', where('name', 'resembles', 'x'), 'BAD_USER_INPUT'],
  ['an operator of another kind of field', where('name', 'hasAny', ['x']), 'BAD_USER_INPUT'],
  ['an unknown relation', { relation: 'friends', some: { and: [] } }, 'BAD_USER_INPUT'],
  ['a malformed UUID', where('id', 'in', ['17']), 'BAD_USER_INPUT'],
  ['a value instead of a list', where('id', 'in', UNKNOWN), 'BAD_USER_INPUT'],
  ['null in a list', where('name', 'in', [null]), 'BAD_USER_INPUT'],
  ['a NUL character', where('name', 'contains', 'a\0b'), 'BAD_USER_INPUT'],
  ['an unknown state type', where('stateType', 'in', ['SLEEPING']), 'BAD_USER_INPUT'],
  ['a time out of range', where('startTime', 'gte', 1e18), 'BAD_USER_INPUT'],
  ['a time that is text', where('startTime', 'gte', 'noon'), 'BAD_USER_INPUT'],
  ['a text instead of a boolean', where('startTime', 'isNull', 'yes'), 'BAD_USER_INPUT'],
  ['null instead of a boolean', where('autoScheduled', 'is', null), 'BAD_USER_INPUT'],
  ['a text instead of a list of prefixes', where('name', 'startsWith', 'x'), 'BAD_USER_INPUT'],
  ['a text search in a name', where('name', 'query', 'x'), 'BAD_USER_INPUT'],
  ['a text instead of a boolean for a related row', where('workQueueName', 'isNull', 'yes'), 'BAD_USER_INPUT'],
  ['an unknown field inside a relation', { relation: 'flow', some: where('nonsense', 'in', []) }, 'BAD_USER_INPUT'],
])('a filter with %s is rejected', async (_, filter, code) => {
  await expect(flowRunIds(filter)).rejects.toMatchObject({ name: 'Problem', code });
});

test('a text search may have 200 characters', async () => {
  const search = async (length: number) => logPage(database, DEFAULT_TENANT_ID, { filter: where('text', 'query', 'x'.repeat(length)) }); // biome-ignore format: data
  expect(ids(await search(200))).toEqual([]);
  await expect(search(201)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
});
