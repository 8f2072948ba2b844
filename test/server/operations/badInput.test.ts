import net from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitFor } from '../../support/waitFor.ts';
import { answered, type Headers, newRun, post, type Serving, serving } from '../serving.ts';

let served: Serving;
beforeAll(async () => {
  served = await serving();
  await newRun(served.url);
});
afterAll(() => served.close());

const JSON_TYPE = { 'content-type': 'application/json', accept: 'application/graphql-response+json' };
const asked = (query: string, rest: object = {}) => JSON.stringify({ query, ...rest });
const aliases = (count: number) => Array.from({ length: count }, (_, index) => `a${index}: __typename`).join(' ');
/** Each fragment uses the next one twice: a short document with a million fields. */
const fragmentBomb = `query { ...F0 } ${Array.from({ length: 20 }, (_, level) => `fragment F${level} on Query { a: node(id: "x") { ...F${level + 1} } b: node(id: "x") { ...F${level + 1} } }`).join(' ')} fragment F20 on Query { __typename }`;

interface Case {
  name: string;
  method?: string;
  path?: string;
  headers?: Headers;
  body?: string;
  status: number;
  code: string;
}

test.each<Case>([
  { name: 'JSON that ends too early', body: '{"query":', status: 400, code: 'BAD_REQUEST' },
  { name: 'a NUL between the JSON', body: '{"query": "{ __typename }"\0}', status: 400, code: 'BAD_REQUEST' },
  { name: 'no body', body: '', status: 400, code: 'BAD_REQUEST' },
  { name: 'an empty list of operations', body: '[]', status: 400, code: 'BAD_REQUEST' },
  {
    name: 'a list of 51 operations',
    body: `[${Array.from({ length: 51 }, () => asked('{ __typename }'))}]`,
    status: 400,
    code: 'BAD_REQUEST',
  },
  {
    name: 'variables that are a list',
    body: asked('{ __typename }', { variables: [] }),
    status: 400,
    code: 'BAD_REQUEST',
  },
  {
    name: 'a body of 20 MB',
    body: asked('{ __typename }', { variables: { x: 'x'.repeat(20_000_000) } }),
    status: 413,
    code: 'PAYLOAD_TOO_LARGE',
  },
  { name: 'an error of syntax', body: asked('{'), status: 400, code: 'GRAPHQL_PARSE_FAILED' },
  { name: 'a NUL in the document', body: asked('{ \0 }'), status: 400, code: 'GRAPHQL_PARSE_FAILED' },
  { name: 'an unknown field', body: asked('{ nothing }'), status: 400, code: 'GRAPHQL_VALIDATION_FAILED' },
  {
    name: 'an unknown operation',
    body: asked('{ __typename }', { operationName: 'Missing' }),
    status: 400,
    code: 'BAD_REQUEST',
  },
  {
    name: 'a variable of another type',
    body: asked('query ($n: Int) { flows(first: $n) { totalCount } }', { variables: { n: 'x' } }),
    status: 400,
    code: 'BAD_USER_INPUT',
  },
  {
    name: 'thirteen levels',
    body: asked(`{ ${'flowRuns { nodes { flow { '.repeat(4)} flowRuns { totalCount } ${'} } }'.repeat(4)} }`),
    status: 400,
    code: 'QUERY_TOO_COMPLEX',
  },
  {
    name: 'ten thousand levels',
    body: asked(`${'{ a '.repeat(10_000)}${'}'.repeat(10_000)}`),
    status: 400,
    code: 'QUERY_TOO_COMPLEX',
  },
  {
    name: 'a document of half a megabyte of comments',
    body: asked(`{ __typename }${'#\n'.repeat(250_000)}`),
    status: 400,
    code: 'QUERY_TOO_COMPLEX',
  },
  {
    name: 'a schema that is requested 27 times',
    body: asked(
      `{ ${Array.from({ length: 27 }, (_, index) => `a${index}: __schema { types { name fields { name description } } }`).join(' ')} }`,
    ),
    status: 400,
    code: 'QUERY_TOO_COMPLEX',
  },
  {
    name: '200,000 numbers in the variables',
    body: asked('{ __typename }', { variables: { x: Array(200_000).fill(1) } }),
    status: 400,
    code: 'LIMIT_EXCEEDED',
  },
  {
    name: 'variables in a string with 200,000 values',
    body: asked('{ __typename }', { variables: JSON.stringify({ x: Array(200_000).fill(1) }) }),
    status: 400,
    code: 'LIMIT_EXCEEDED',
  },
  { name: 'JSON with a hundred thousand levels', body: '['.repeat(100_000), status: 400, code: 'LIMIT_EXCEEDED' },
  { name: 'a thousand aliases', body: asked(`{ ${aliases(1000)} }`), status: 400, code: 'QUERY_TOO_COMPLEX' },
  {
    name: 'too many tokens',
    body: asked(`{ flows(filter: { name: { in: [${'"x" '.repeat(3_000)}] } }) { totalCount } }`),
    status: 400,
    code: 'QUERY_TOO_COMPLEX',
  },
  {
    name: 'too many fields',
    body: asked(`{ ${'__typename '.repeat(1_500)} }`),
    status: 400,
    code: 'QUERY_TOO_COMPLEX',
  },
  { name: 'fragments that double', body: asked(fragmentBomb), status: 400, code: 'QUERY_TOO_COMPLEX' },
  {
    name: 'fragments that go in circles',
    body: asked('{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }'),
    status: 400,
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  {
    name: 'pages of pages of pages',
    body: asked(
      'query ($n: Int) { flowRuns(first: $n) { nodes { taskRuns(first: $n) { nodes { logs(first: $n) { nodes { id } } } } } } }',
      { variables: { n: 200 } },
    ),
    status: 400,
    code: 'QUERY_TOO_COMPLEX',
  },
  {
    name: 'another form than JSON',
    headers: { 'content-type': 'text/plain' },
    body: asked('{ __typename }'),
    status: 415,
    code: 'BAD_REQUEST',
  },
  {
    name: 'a form of a web page',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'query={__typename}',
    status: 415,
    code: 'BAD_REQUEST',
  },
  {
    name: 'a body that is compressed with something else than gzip',
    headers: { ...JSON_TYPE, 'content-encoding': 'br' },
    body: asked('{ __typename }'),
    status: 415,
    code: 'BAD_REQUEST',
  },
  {
    name: 'a body that only says it is gzip',
    headers: { ...JSON_TYPE, 'content-encoding': 'gzip' },
    body: asked('{ __typename }'),
    status: 400,
    code: 'BAD_REQUEST',
  },
  {
    name: 'a mutation sent with GET',
    method: 'GET',
    path: `/graphql?query=${encodeURIComponent('mutation { createFlow(input: { name: "x" }) { created } }')}`,
    status: 405,
    code: 'BAD_REQUEST',
  },
  { name: 'a GET without a query', method: 'GET', path: '/graphql', status: 400, code: 'BAD_REQUEST' },
  {
    name: 'variables in a GET that are not JSON',
    method: 'GET',
    path: '/graphql?query={__typename}&variables={',
    status: 400,
    code: 'BAD_REQUEST',
  },
  { name: 'PUT', method: 'PUT', body: asked('{ __typename }'), status: 405, code: 'BAD_REQUEST' },
  { name: 'a path where nothing is', method: 'GET', path: '/nothing', status: 404, code: 'NOT_FOUND' },
  {
    name: 'a page of another site',
    headers: { ...JSON_TYPE, origin: 'https://example.com' },
    body: asked('{ __typename }'),
    status: 403,
    code: 'FORBIDDEN',
  },
])(
  '$name is rejected: $status $code',
  async ({ method = 'POST', path = '/graphql', headers = JSON_TYPE, body, status, code }) => {
    const response = await fetch(served.server.url + path, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
    });
    const answer = await answered(response);
    expect({ status: answer.status, code: answer.body.errors?.[0]?.extensions.code }).toEqual({ status, code });
    expect(answer.body).not.toHaveProperty('data');
  },
);

test('a body of unknown length is read only up to the limit', async () => {
  const chunks = Array.from({ length: 200 }, () => new TextEncoder().encode('x'.repeat(100_000)));
  let taken = 0;
  const body = new ReadableStream({
    pull(controller) {
      const chunk = chunks[taken++];
      if (chunk) controller.enqueue(chunk);
      else controller.close();
    },
  });
  // The cast: the types of Node's fetch lack `duplex`, which streams need.
  const init = { method: 'POST', headers: JSON_TYPE, body, duplex: 'half' } as RequestInit;
  const answer = await answered(await fetch(served.url, init));
  expect(answer).toMatchObject({ status: 413, body: { errors: [{ extensions: { code: 'PAYLOAD_TOO_LARGE' } }] } });
});

test('a body with a large content-length is rejected before it arrives', async () => {
  const socket = net.connect(Number(new URL(served.url).port), '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk;
  });
  socket.write(
    'POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 20000000\r\n\r\n',
  );
  await waitFor(() => answer.includes('PAYLOAD_TOO_LARGE'));
  socket.destroy();
});

test.each([
  { query: '{ flowRun(id: "1") { id } }' },
  { query: 'query ($id: ID!) { flowRun(id: $id) { id } }', variables: { id: 'x' } },
])('a malformed id is rejected: $query', async (asking) => {
  const { body } = await post(served.url, asking);
  expect(body.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
});

test('the error for a large value does not contain it', async () => {
  const query = 'query ($id: ID!) { flowRun(id: $id) { id } }';
  const { body, text } = await post(served.url, { query, variables: { id: 'x'.repeat(1_000_000) } });
  expect(body.errors?.[0]?.message).toMatch(/^Variable .* is not an id/s);
  expect(text.length).toBeLessThan(2_000);
});

test('large variables with unknown keys get one short error', async () => {
  const query = 'query ($f: FlowRunFilter) { flowRuns(filter: $f) { totalCount } }';
  const f = Object.fromEntries(Array.from({ length: 60_000 }, (_, index) => [`k${index}`, 1]));
  const { body, text } = await post(served.url, { query, variables: { f } });
  expect(body.errors).toMatchObject([
    {
      message: 'Variable "$f" got an invalid value; Field "k0" is not defined by type "FlowRunFilter".',
      locations: [{ line: 1, column: 8 }],
      extensions: { code: 'BAD_USER_INPUT' },
    },
  ]);
  expect(text.length).toBeLessThan(1_000);
});

test('small variables with unknown keys get at most five errors and a suggestion', async () => {
  const query = 'query ($f: FlowRunFilter) { flowRuns(filter: $f) { totalCount } }';
  const f = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`nam${index}`, 1]));
  const { errors = [] } = (await post(served.url, { query, variables: { f } })).body;
  expect(errors[0]?.message).toContain('Did you mean "name"');
  expect(errors).toHaveLength(6);
  expect(errors[5]?.message).toContain('error limit reached');
});

test('a body that is not UTF-8 is rejected', async () => {
  const body = Buffer.from(asked('{ flows(filter: { name: { in: ["caf\u00e9"] } }) { totalCount } }'), 'latin1');
  const answer = await answered(await fetch(served.url, { method: 'POST', headers: JSON_TYPE, body }));
  expect(answer).toMatchObject({ status: 400, body: { errors: [{ extensions: { code: 'BAD_REQUEST' } }] } });
});

test('one document of a batch that is too long is rejected alone', async () => {
  const batch = `[${asked('{ __typename }')},${asked(`{ __typename }${' '.repeat(500_000)}`)}]`;
  const answer = await post(served.url, batch);
  expect(answer.body).toMatchObject([
    { data: { __typename: 'Query' } },
    { errors: [{ extensions: { code: 'QUERY_TOO_COMPLEX', limit: 'bytes', max: 500_000 } }] },
  ]);
});

test('a text with a NUL character is rejected and nothing is written', async () => {
  const query = 'mutation ($name: String!) { createFlow(input: { name: $name }) { created } }';
  const { body } = await post(served.url, { query, variables: { name: 'a\0b' } });
  expect(body.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  const flows = await post<{ flows: { totalCount: number } }>(served.url, { query: '{ flows { totalCount } }' });
  expect(flows.body.data.flows.totalCount).toBe(1);
});

test('after all bad requests the server answers and has logged no warning', async () => {
  expect((await post(served.url, { query: '{ __typename }' })).status).toBe(200);
  expect(served.logged.filter(({ level }) => Number(level) >= 40)).toEqual([]);
});
