import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEFAULT_TENANT_ID } from '../../../src/core/values/viewer.ts';
import { insertRows } from '../../support/rows.ts';
import { type Answered, post, type Serving, serving } from '../serving.ts';

const MAX_ROWS = 1_000;
const MAX_VALUES = 5_000;
const PROJECTS = 600;

let served: Serving;
beforeAll(async () => {
  served = await serving({ FLOWQL_MAX_ROWS: String(MAX_ROWS), FLOWQL_MAX_VALUES: String(MAX_VALUES) });
  const projects = Array.from({ length: PROJECTS }, (_, index) => ({
    id: crypto.randomUUID(),
    name: `project ${index}`,
    tenantId: DEFAULT_TENANT_ID,
    updated: '2026-11-21T12:00:00Z',
  }));
  await insertRows(served.engine.database, 'project', projects);
});
afterAll(() => served.close());

const ask = (query: string, variables: object = {}) => post<Record<string, object[]>>(served.url, { query, variables });
const codeOf = ({ body }: Answered<unknown>) => body.errors?.[0]?.extensions.code;
const limitOf = ({ body }: Answered<unknown>) => body.errors?.[0]?.extensions.limit;

const NONE = 'filter: { name: { in: ["-none-"] } }';
/** 200 flows with as many runs each as the arguments request. */
const deep = (page: string) => `flows(first: 200, ${NONE}) { nodes { flowRuns(${page}) { nodes { id } } } }`;

test.each<[way: string, query: string, variables?: object]>([
  ['a literal', `{ ${deep('first: 200')} }`],
  ['a variable', `query ($n: Int) { ${deep('first: $n')} }`, { n: 200 }],
  ['the default of a variable', `query ($n: Int = 200) { ${deep('first: $n')} }`],
  [
    'a variable named like a member of every object',
    `query ($constructor: Int = 200) { ${deep('first: $constructor')} }`,
  ],
  ['another such variable', `query ($toString: Int = 200) { ${deep('first: $toString')} }`],
  ['`last` after a null', `{ ${deep('first: null, last: 200')} }`],
  ['`last` after a variable without a value', `query ($absent: Int) { ${deep('first: $absent, last: 200')} }`],
  ['`last` after a variable that is null', `query ($n: Int = 5) { ${deep('first: $n, last: 200')} }`, { n: null }],
  ['the default length', `{ ${deep('first: null')} }`],
  [
    'ids',
    'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Flow { flowRuns(first: 50) { nodes { id } } } } }',
    { ids: Array.from({ length: 100 }, () => crypto.randomUUID()) },
  ],
  [
    'literal ids',
    `{ nodes(ids: [${`"${crypto.randomUUID()}" `.repeat(100)}]) { ... on Flow { flowRuns { nodes { id } } } } }`,
  ],
  ['a numbered page', `{ flowRunPage(limit: 200, ${NONE}) { nodes { taskRuns(first: 50) { nodes { id } } } } }`],
  [
    'the runs in a payload',
    'mutation { pollWorkPool(input: { workPoolName: "p", workerName: "w" }) { flowRuns { taskRuns { nodes { id } } } } }',
  ],
])('pages whose length is set by %s are refused if they can have too many rows', async (_, query, variables) => {
  const answer = await ask(query, variables);
  expect([codeOf(answer), limitOf(answer)]).toEqual(['QUERY_TOO_COMPLEX', 'rows']);
});

test.each<[way: string, query: string, variables?: object]>([
  ['short pages', `{ ${deep('first: 3')} }`],
  ['a null before a short page', `{ ${deep('first: null, last: 3')} }`],
  [
    'few ids',
    '{ nodes(ids: ["018f0000-0000-7000-8000-000000000000"]) { ... on Flow { flowRuns(first: 200) { nodes { id } } } } }',
  ],
  [
    'graphs, whose nodes are counted when they are read,',
    '{ flowRuns(first: 20) { nodes { graph { nodes { id } } } } }',
  ],
])('%s are allowed', async (_, query, variables) => {
  expect((await ask(query, variables)).body.errors).toBeUndefined();
});

test('the pages of all operations of a batch count together', async () => {
  const one = { query: `{ flows(first: 200, ${NONE}) { nodes { id } } }` };
  const { body } = await post<never>(
    served.url,
    Array.from({ length: 7 }, () => one),
  );
  const codes = (body as unknown as Answered['body'][]).map(({ errors }) => errors?.[0]?.extensions.code);
  expect(codes.slice(0, 5)).toEqual(Array(5).fill(undefined));
  expect(codes.slice(5)).toEqual(['QUERY_TOO_COMPLEX', 'QUERY_TOO_COMPLEX']);
});

test('Prefect 1 lists draw the rows that they read', async () => {
  const one = await ask('{ project { id } }');
  expect(one.body.data.project).toHaveLength(PROJECTS);
  expect((await ask('{ one: project { id } two: project(limit: 300) { id } }')).body.errors).toBeUndefined();
  for (const query of [
    '{ one: project { id } two: project { id } }',
    '{ one: project { name } two: project_aggregate { nodes { id } } }',
    '{ project { id } tenant { projects { id } } }',
  ]) {
    const answer = await ask(query);
    expect([codeOf(answer), limitOf(answer), answer.body.data]).toEqual(['QUERY_TOO_COMPLEX', 'rows', undefined]);
  }
});

test('the rows of all operations of a batch count together', async () => {
  const { body } = await post<never>(served.url, Array(3).fill({ query: '{ project { id } }' }));
  expect(JSON.stringify(body)).toContain('QUERY_TOO_COMPLEX');
});

test('rows that a document reaches again and again draw values, and end the request', async () => {
  const names: string[] = [];
  served.engine.database.onStatement = (name) => names.push(name);
  const nested = '{ tenant { projects { tenant { projects { tenant { projects { flows { id } } } } } } } }';
  const answer = await ask(nested);
  served.engine.database.onStatement = null;
  expect([codeOf(answer), limitOf(answer), answer.body.data]).toEqual(['QUERY_TOO_COMPLEX', 'values', undefined]);
  expect(answer.body.errors).toHaveLength(1);
  // The flows would be read last.
  expect(names).toContain('prefect1.project.of_tenant_id');
  expect(names).not.toContain('prefect1.flow.of_project_id');
});

test('after an exhausted budget, the server answers as before', async () => {
  expect((await ask('{ project(limit: 1) { id } }')).body.data.project).toHaveLength(1);
});
