import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answered, answered, newRun, post, type Serving, serving } from '../serving.ts';

// A plain JSON POST is answered without yoga; one that also accepts an event stream goes through yoga. Both must give the
// same answer.

let served: Serving;
let runId: string;
beforeAll(async () => {
  served = await serving();
  runId = await newRun(served.url);
});
afterAll(() => served.close());

const BODIES: { [name: string]: unknown } = {
  'a query': { query: '{ flowRuns { totalCount nodes { name state { type } } } }' },
  'a query with an operation name': {
    query: 'query A { __typename } query B { flows { totalCount } }',
    operationName: 'B',
  },
  'a query with variables': { query: 'query ($n: Int) { flows(first: $n) { nodes { name } } }', variables: { n: 1 } },
  'a mutation': { query: 'mutation { createFlow(input: { name: "flow" }) { created flow { id } } }' },
  'an unknown run': { query: '{ flowRun(id: "01900000-0000-7000-8000-00000000ffff") { id } }' },
  'an error of syntax': { query: '{' },
  'an unknown field': { query: '{ nothing, neither }' },
  'a wrong variable': { query: 'query ($n: Int) { flows(first: $n) { nodes { name } } }', variables: { n: 'x' } },
  'a page that is too long': { query: '{ flows(first: 201) { nodes { name } } }' },
  'an unknown operation': { query: '{ __typename }', operationName: 'Missing' },
  'several operations and no name': { query: 'query A { __typename } query B { __typename }' },
  'a bad id': { query: '{ flowRun(id: "1") { id } }' },
  'too deep': { query: `{ ${'flowRuns { nodes { flow { '.repeat(9)} id ${'} } }'.repeat(9)} }` },
  'too many rows': {
    query:
      '{ flowRuns(first: 200) { nodes { taskRuns(first: 200) { nodes { logs(first: 200) { nodes { id } } } } } } }',
  },
  'no query': { variables: {} },
  'a query that is a number': { query: 1 },
  'a list': [{ query: '{ __typename }' }],
  'broken JSON': '{"query": ',
  nothing: '',
  introspection: { query: '{ __schema { queryType { name fields { name } } } }' },
};
const MEDIA_TYPES = ['application/json', 'application/graphql-response+json', '*/*'];

const comparable = ({ status, headers, text }: Answered<unknown>) => ({
  status,
  text,
  type: headers.get('content-type'),
  length: headers.get('content-length') ?? String(Buffer.byteLength(text)),
});

test.each(Object.entries(BODIES).flatMap(([name, body]) => MEDIA_TYPES.map((accept) => ({ name, accept, body }))))(
  '$name gets the same answer with and without yoga, as $accept',
  async ({ body, accept }) => {
    const short = await post(served.url, body, { accept });
    const long = await post(served.url, body, { accept: `${accept}, text/event-stream` });
    expect(comparable(long)).toEqual(comparable(short));
  },
);

test('only a request that accepts event streams may subscribe', async () => {
  const body = { query: `subscription { flowRunStates(flowRunId: "${runId}") { cursor } }` };
  const short = await post(served.url, body, { accept: 'application/json' });
  expect(short).toMatchObject({ status: 406, body: { errors: [{ extensions: { code: 'BAD_REQUEST' } }] } });
  const long = await fetch(served.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: JSON.stringify(body),
  });
  expect(long.headers.get('content-type')).toBe('text/event-stream');
  await long.body?.cancel();
});

test('a query gets the same answer with GET and POST', async () => {
  const query = 'query ($n: Int) { flows(first: $n) { nodes { name } } }';
  const search = new URLSearchParams({ query, variables: '{"n": 1}' });
  const got = await answered(await fetch(`${served.url}?${search}`));
  expect(comparable(got)).toEqual(comparable(await post(served.url, { query, variables: { n: 1 } })));
});

test.each(['/', '/graphql', '/graphql/', '/graphql/alpha'])('the path %s accepts a POST', async (path) => {
  const { body } = await post(served.server.url + path, { query: '{ __typename }' });
  expect(body).toEqual({ data: { __typename: 'Query' } });
});
