import { execute, getVariableValues, Kind, type OperationDefinitionNode, parse, validate } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Context, createContext } from '../../src/api/building/context.ts';
import { readPlans } from '../../src/api/plans/readPlan.ts';
import { schema } from '../../src/api/schema.ts';
import { NO_DETAILS, type StateDetails } from '../../src/core/runs/state.ts';
import { writeJson } from '../../src/core/values/writeJson.ts';
import { viewer } from '../support/engine.ts';
import { random } from '../support/random.ts';
import {
  insertFlowRunStates,
  insertTaskRunStates,
  insertTenant,
  NOON,
  newFlowRunState,
  newTaskRunState,
} from '../support/rows.ts';
import { insertRowsOfEveryKind, rowsOfEveryKind } from '../support/rowsOfEveryKind.ts';
import { type Known, LISTS, randomDocument } from './randomDocument.ts';
import { testApi } from './testApi.ts';

// A read plan and graphql's executor must give the same answer to every document.

let api: Awaited<ReturnType<typeof testApi>>;
let known: Known;
const dice = random(2026);

const DETAILS: Partial<StateDetails>[] = [
  {},
  { scheduledTime: NOON, deferred: false, runInputKeyset: { a: 'b' } },
  { pauseTimeout: NOON + 1, pauseReschedule: true, pauseKey: 'ä"\\', retriable: true },
];
const JSON_VALUES = [null, 1, 'ä"\\\n', [1.5, { a: [] }], { b: null, a: 1e300 }];

beforeAll(async () => {
  api = await testApi();
  const { database } = api;
  const rows = rowsOfEveryKind(7);
  await insertRowsOfEveryKind(database, rows);
  await insertRowsOfEveryKind(database, rowsOfEveryKind(8), await insertTenant(database));
  const state = () => ({
    message: dice.one([null, 'why\n', '"quoted"']),
    data: dice.one(JSON_VALUES),
    details: { ...NO_DETAILS, ...dice.one(DETAILS) },
  });
  await insertFlowRunStates(
    database,
    rows.flowRuns.flatMap(({ id, stateId }, index) => [
      ...(index % 7 === 0 ? [] : [{ ...newFlowRunState(id, 1), ...state(), id: stateId }]),
      ...Array.from({ length: dice.below(4) }, (_, at) => ({ ...newFlowRunState(id, at + 2), ...state() })),
    ]),
  );
  await insertTaskRunStates(
    database,
    rows.taskRuns.map(({ id, flowRunId, stateId }, index) => ({
      ...newTaskRunState(id, flowRunId, 1, flowRunId === null ? null : index + 1),
      ...state(),
      id: stateId,
    })),
  );
  const ids = (those: { id: string }[]) => [...those.slice(0, 20).map(({ id }) => id), viewer.tenantId];
  known = {
    ids: {
      flowById: ids(rows.flows),
      flowRun: ids(rows.flowRuns),
      taskRun: ids(rows.taskRuns),
      deployment: ids(rows.deployments),
    },
    cursors: await cursorsOfLists(),
  };
});
afterAll(() => api.close());

async function cursorsOfLists(): Promise<Known['cursors']> {
  const cursors: { [list: string]: string[] } = {};
  for (const list of LISTS) {
    const sorts = list === 'logs' ? ['TIMESTAMP_ASC', 'TIMESTAMP_DESC'] : ['ID_DESC', 'NAME_ASC'];
    if (list.endsWith('Runs')) sorts.push('START_TIME_DESC', 'END_TIME_DESC');
    for (const sort of ['', ...sorts]) {
      const given = sort === '' ? '' : `(sort: ${sort})`;
      const data = await api.run(`{ ${list}${given} { edges { cursor } } }`);
      cursors[`${list} ${sort}`] = data[list].edges.map(({ cursor }: { cursor: string }) => cursor);
    }
  }
  return cursors;
}

const context = (): Context => Object.assign(createContext(api.engine, viewer), { now: () => NOON + 7_000_001 });

/** Returns the JSON of the answer by a plan; null if there is none. */
async function byPlan(document: string, variables: { [name: string]: unknown }): Promise<string | null> {
  const parsed = parse(document);
  const definition = parsed.definitions.find(
    ({ kind }) => kind === Kind.OPERATION_DEFINITION,
  ) as OperationDefinitionNode;
  const { coerced } = getVariableValues(schema, definition.variableDefinitions ?? [], variables);
  const plan = coerced && readPlans(schema, parsed, definition)?.of(coerced);
  if (!plan) return null;
  const { data, errors } = await plan.run(context(), coerced);
  if (errors[0]) throw errors[0];
  return `{"data":${data}}`;
}

async function byExecutor(document: string, variables: { [name: string]: unknown }) {
  const { data, errors } = await execute({
    schema,
    document: parse(document),
    variableValues: variables,
    contextValue: context(),
  });
  return { data, errors };
}

/** Compared as texts, but for the spaces in PostgreSQL's JSON: an exact number is another than the nearest one. */
const compact = (json: string) => writeJson(JSON.parse(json));

test('four hundred random documents have the same answer by a plan and by the executor', async () => {
  let compared = 0;
  let bytes = 0;
  for (let round = 0; round < 400; round += 1) {
    const { document, variables } = randomDocument(dice, known);
    expect(validate(schema, parse(document)), document).toEqual([]);
    const values = variables as { [name: string]: unknown };
    const expected = await byExecutor(document, values);
    const found = await byPlan(document, values).catch((error) => error);
    if (expected.errors) expect(found, `${expected.errors[0]} ${document}`).toBeInstanceOf(Error);
    else {
      if (found === null) continue; // A few have too many relations.
      if (typeof found !== 'string') throw found;
      const [there, here] = [compact(writeJson({ data: expected.data })), compact(found as string)];
      const at = [...there].findIndex((character, place) => character !== here[place]);
      if (here !== there) expect(here.slice(at - 200, at + 200), document).toBe(there.slice(at - 200, at + 200));
      compared += 1;
      bytes += String(found).length;
    }
  }
  expect(compared).toBeGreaterThan(370);
  expect(bytes).toBeGreaterThan(300_000);
});

const PAGE = `{ flowRuns(first: 20, sort: START_TIME_DESC) {
  edges { node { id name flow { id name } taskRuns { totalCount } state { type name } states(last: 5) { edges { node { id version } } } } }
  pageInfo { endCursor hasNextPage } } }`;

test.each([
  [
    'a run with its flow, state and deployment',
    '{ flowRun(id: "ID") { name flow { name } state { name } deployment { name } } }',
    ['flowRuns.byId'],
  ],
  ['a page with joined rows, counts and histories', PAGE, ['flowRuns.page', 'flowRunStates.ofFlowRunId']],
  ['a page that is only counted', '{ flowRuns { totalCount } }', ['flowRuns.count']],
  ['a page and its total', '{ flowRuns { totalCount nodes { id } } }', ['flowRuns.page', 'flowRuns.count']],
  [
    'a total of children',
    '{ flows { nodes { flowRuns(filter: { stateType: { in: [FAILED] } }) { totalCount } } } }',
    ['flows.page'],
  ],
  [
    'two lists',
    '{ flows { nodes { id } } logs { nodes { id taskRun { flowRun { name } } } } }',
    ['flows.page', 'logs.page'],
  ],
])('%s costs one statement for each list', async (_, document, expected) => {
  const text = document.replace('ID', known.ids.flowRun?.[0] ?? '');
  const names = await api.statements(() => byPlan(text, {}));
  expect(names).toEqual(expected);
});

/** 21 joins: each run names a flow, a deployment and a task run, which names a run. */
const DEEP = Array.from({ length: 7 }).reduce<string>(
  (inner) => `flow { id } deployment { id } parentTaskRun { flowRun { ${inner} } }`,
  'id',
);

test.each([
  ['a field that needs the executor', '{ flowRuns { nodes { id inputs { totalCount } } } }'],
  ['more relations than a statement may join', `{ flowRuns(first: 1) { nodes { ${DEEP} } } }`],
  ['a mutation', 'mutation { deleteFlowRun(input: { id: "ID" }) { id } }'],
  ['two runs by id, which the loaders read together', '{ a: flowRun(id: "ID") { id } b: flowRun(id: "ID") { id } }'],
])('there is no plan for %s', async (_, document) => {
  expect(await byPlan(document.replaceAll('ID', viewer.tenantId), {})).toBeNull();
});

test.each([
  ['a page that is too long', '{ flowRuns(first: 201) { nodes { id } } }'],
  ['a cursor of another list', '{ flowRuns(after: "MA") { nodes { id } } }'],
  ['a page of children that is too long', '{ flowRuns { nodes { states(first: 201) { nodes { id } } } } }'],
  ['the arguments of a list that is only counted', '{ flowRuns(first: -1) { totalCount } }'],
  ['an id that is no UUID', 'query ($id: ID = "x") { flowRun(id: $id) { id } }'],
])('a plan leaves the error to the executor: %s', async (_, document) => {
  expect((await byExecutor(document, {})).errors).toHaveLength(1);
  await expect(byPlan(document, {})).rejects.toThrow();
});
