import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { unique } from './support/expectations.ts';
import {
  document,
  expectError,
  mutate,
  mutationDocument,
  post,
  postBody,
  query,
  request,
} from './support/prefect1Client.ts';
import { servePrefect1 } from './support/prefect1Server.ts';
import { emptyFlow, startRun } from './support/world.ts';

// Only this setting allows pages of other sites: docs/prefect1.md says why.
servePrefect1({ FLOWQL_CORS_ORIGINS: '*' });

const HELLO = document<{ hello: string }>('{hello}');
const ANSWER = { data: { hello: '👋' } };
const TENANTS = document<{ tenant: { id: string; name: string }[] }>(
  'query($slug: String) { tenant(where: { slug: { _eq: $slug } }) { id name } }',
);
const tenantsWith = async (slug: string) => (await query(TENANTS, { slug })).tenant;

test.each(['/', '/graphql', '/graphql/', '/graphql/alpha'])('clients of all versions can post to %s', async (path) => {
  const { status, body } = await post(HELLO, null, { path });
  expect([status, body]).toEqual([200, ANSWER]);
});

test('variables may be a string of JSON or null', async () => {
  const slug = unique('t');
  const variables = JSON.stringify({ input: { name: 'x', slug } });
  const made = await postBody<{ create_tenant: { id: string } }>({
    query: mutationDocument('create_tenant').text,
    variables,
  });
  expect(made.status).toBe(200);
  const ask = (given: unknown) => postBody({ query: TENANTS.text, variables: given }, { path: '/' });
  const want = { data: { tenant: [{ id: made.body.data?.create_tenant.id, name: 'x' }] } };
  for (const given of [{ slug }, JSON.stringify({ slug })]) expect((await ask(given)).body).toEqual(want);
  for (const given of ['null', null])
    expect((await postBody({ query: HELLO.text, variables: given }, { path: '/' })).body).toEqual(ANSWER);
  const bad = await ask('{"slug": ');
  expect(bad.status).toBe(400);
  expect(bad.text).toMatch(/Variables are invalid JSON\./);
});

// Prefect Server read them, and its database rejected them.
test.each([
  ['{"c": "NaN"}', undefined],
  ['{"a": [1, NaN]}', '`parameters.a[1]` must be a finite number.'],
  ['{"b": {"c": -Infinity}}', '`parameters.b.c` must be a finite number.'],
])('parameters %s in variables are judged by their values', async (parameters, message) => {
  const { id } = await emptyFlow();
  const variables = `{"input": {"flow_id": "${id}", "parameters": ${parameters}}}`;
  const answer = await postBody({ query: mutationDocument('create_flow_run').text, variables });
  expect([answer.status, answer.body.errors?.[0]?.message]).toEqual([200, message]);
});

test('a query can be sent by GET and a mutation cannot', async () => {
  const get = (text: string) =>
    request('GET', `/graphql?query=${encodeURIComponent(text)}`, { headers: { accept: '*/*' } });
  const hello = await get('{hello}');
  expect([hello.status, hello.body]).toEqual([200, ANSWER]);
  const slug = unique('t');
  const mutation = `mutation { create_tenant(input: { name: "x", slug: "${slug}" }) { id } }`;
  expect((await get(mutation)).status).toBe(405);
  expect(await tenantsWith(slug)).toEqual([]);
});

test('a request body may be compressed with gzip', async () => {
  const body = gzipSync(JSON.stringify({ query: '{hello}', variables: 'null' }));
  const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip', accept: '*/*' };
  const answer = await request('POST', '/', { headers, body });
  expect([answer.status, answer.body]).toEqual([200, ANSWER]);
});

test('the CORS setting * allows pages of any site', async () => {
  const origin = 'http://localhost:8080';
  const asked = {
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'content-type,x-prefect-ui',
  };
  const { status, headers } = await request('OPTIONS', '/graphql', { headers: { origin, ...asked } });
  expect([status, headers['access-control-allow-origin']]).toEqual([204, '*']);
  expect(headers['access-control-allow-headers']).toMatch(/x-prefect-ui/i);
  expect(headers['access-control-allow-methods']).toMatch(/POST/);
  const answer = await post(HELLO, null, { headers: { origin, 'x-prefect-ui': 'true' } });
  expect([answer.headers['access-control-allow-origin'], answer.body]).toEqual(['*', ANSWER]);
});

test('an invalid document is rejected with status 400', async () => {
  for (const [text, code] of [
    ['query {', 'GRAPHQL_PARSE_FAILED'],
    ['{ nope }', 'GRAPHQL_VALIDATION_FAILED'],
  ] as const) {
    const { status, body } = await post(document(text));
    expect([status, body.errors?.[0]?.extensions?.code]).toEqual([400, code]);
  }
});

// Newer versions of graphql-js quote the names of types. No client compares these texts, so both are accepted.
test('the error for a missing id names its path and type', async () => {
  const answer = await post(mutationDocument('archive_flow'), { input: { flow_id: null } });
  expect(answer.status).toBe(400);
  expectError(answer, /at "input\.flow_id"; Expected non-nullable type "?UUID!"? not to be/);
});

test('an unknown input field is rejected and nothing is written', async () => {
  const slug = unique('t');
  const answer = await post(mutationDocument('create_tenant'), { input: { name: 'a', slug, x: 1 } });
  expect(answer.status).toBe(400);
  expectError(answer, /Field "x" is not defined by type "?create_tenant_input"?\./);
  expect(await tenantsWith(slug)).toEqual([]);
});

test('an error of a resolver has status 200', async () => {
  const slug = unique('t');
  await mutate('create_tenant', { name: 'a', slug });
  const { status, body } = await post(mutationDocument('create_tenant'), { input: { name: 'a', slug } });
  expect(status).toBe(200);
  expect(body.data).toEqual({ create_tenant: null });
  expect(body.errors).toMatchObject([{ message: 'Uniqueness violation.', path: ['create_tenant'] }]);
});

const BAD_LIST = document('query($id: uuid) { hello flow(where: { id: { _eq: $id } }) { id } }');

test('one failed list makes the whole data null', async () => {
  const { status, body } = await post(BAD_LIST, { id: 'x' });
  expect([status, body.data, body.errors?.[0]?.extensions?.code]).toEqual([200, null, 'data-exception']);
});

const MESSAGES = document<{ log: { message: string }[] }>(
  'query($run: uuid!) { log(where: { flow_run_id: { _eq: $run } }) { message } }',
);

test.each([4_900_000, 15_000_000])('a log line of %i bytes is accepted and cut', async (length) => {
  const run = await startRun((await emptyFlow()).id);
  const logs = [{ flow_run_id: run, message: 'x'.repeat(length) }];
  expect(await mutate('write_run_logs', { logs })).toEqual({ success: true });
  const { log } = await query(MESSAGES, { run });
  expect(log.map(({ message }) => message.length)).toEqual([1_000_000]);
});
