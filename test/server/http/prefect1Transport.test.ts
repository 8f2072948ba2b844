import http from 'node:http';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../../src/actions/writing/newId.ts';
import { DEFAULT_TENANT_ID } from '../../../src/core/values/viewer.ts';
import { createApiKey } from '../../../src/store/tenants/apiKeys.ts';
import { post, type Serving, serving } from '../serving.ts';

// Requests of Prefect 1 clients and the answers that they need.

let served: Serving;
beforeAll(async () => {
  served = await serving();
});
afterAll(() => served.close());

const CLIENT = { accept: '*/*', 'x-prefect-core-version': '1.4.1' };
const HELLO = { data: { hello: '👋' } };
const ECHO = 'query ($n: Int) { tenant(limit: $n) { id } }';

test.each(['/', '/graphql', '/graphql/', '/graphql/alpha'])('a Prefect 1 client may post to %s', async (path) => {
  const { status, body } = await post(
    served.server.url + path,
    { query: 'query { hello }', variables: 'null' },
    CLIENT,
  );
  expect({ status, body }).toEqual({ status: 200, body: HELLO });
});

describe('variables in a string', () => {
  test.each([
    ['JSON', '{"n": 1}'],
    ['null', 'null'],
    ['JSON with NaN', '{"n": 1, "other": NaN}'],
  ])('variables in a string may be %s', async (_, variables) => {
    const { status, body } = await post(served.url, { query: ECHO, variables }, CLIENT);
    expect({ status, body }).toEqual({ status: 200, body: { data: { tenant: [{ id: DEFAULT_TENANT_ID }] } } });
  });

  test.each(['', '{"n": ', '[1]', '1'])('variables in a string may not be %j', async (variables) => {
    const { status, text } = await post(served.url, { query: ECHO, variables }, CLIENT);
    expect(status).toBe(400);
    expect(text).toMatch(/Variables are invalid JSON\.|`variables` must be an object/);
  });
});

test('a list of requests is answered by a list', async () => {
  const { status, body } = await post(served.url, [{ query: '{ hello }' }, { query: '{ nothing }' }], CLIENT);
  expect(status).toBe(200);
  expect(body).toEqual([
    HELLO,
    { errors: [expect.objectContaining({ message: 'Cannot query field "nothing" on type "Query".' })] },
  ]);
});

describe('gzip', () => {
  test('a gzip body is read', async () => {
    const response = await fetch(served.url, {
      method: 'POST',
      headers: { ...CLIENT, 'content-type': 'application/json', 'content-encoding': 'gzip' },
      body: gzipSync(JSON.stringify({ query: '{ hello }' })),
    });
    expect(await response.json()).toEqual(HELLO);
  });

  test('a small gzip body that unpacks to a large one is rejected', async () => {
    const response = await fetch(served.url, {
      method: 'POST',
      headers: { ...CLIENT, 'content-type': 'application/json', 'content-encoding': 'gzip' },
      body: gzipSync(Buffer.alloc(20_000_000, ' ')),
    });
    expect(response.status).toBe(413);
  });

  const asked = (headers: http.OutgoingHttpHeaders, query: string) =>
    new Promise<{ encoding: string | undefined; body: Buffer }>((resolve, reject) => {
      const request = http.request(served.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
      });
      request.on('error', reject).on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ encoding: response.headers['content-encoding'], body: Buffer.concat(chunks) }),
        );
      });
      request.end(JSON.stringify({ query }));
    });
  const LONG = '{ __schema { types { name fields { name } } } }';

  test('a long answer is compressed if the client accepts gzip', async () => {
    const packed = await asked({ 'accept-encoding': 'gzip, deflate' }, LONG);
    const plain = await asked({}, LONG);
    expect([packed.encoding, plain.encoding]).toEqual(['gzip', undefined]);
    expect(gunzipSync(packed.body).equals(plain.body)).toBe(true);
    expect((await asked({ 'accept-encoding': 'gzip' }, '{ hello }')).encoding).toBe(undefined);
  });
});

test.each([
  ['an invalid document', 'query { nothing }', 400],
  [
    'an error of a resolver',
    'query { get_task_run_info(task_run_id: "01900000-0000-7000-8000-00000000ffff") { id } }',
    200,
  ],
])('%s has the status $2', async (_, query, status) => {
  const answer = await post(served.url, { query, variables: 'null' }, CLIENT);
  expect(answer.status).toBe(status);
  expect(answer.body.errors?.[0]?.extensions.code).toEqual(expect.any(String));
});

test.each([
  ['0190FFFF-0000-7000-8000-00000000FFFF', 'Invalid task run ID'],
  ['0190ffff00007000800000000000ffff', 'Invalid task run ID'],
  ['{0190ffff-0000-7000-8000-00000000ffff}', 'Invalid task run ID'],
  ['urn:uuid:0190ffff-0000-7000-8000-00000000ffff', 'Invalid task run ID'],
  ['x', 'Could not parse UUID: x'],
  ['0190ffff-0000-7000-8000-00000000fff', 'Could not parse UUID: 0190ffff-0000-7000-8000-00000000fff'],
])('the Prefect 1 UUID %s is answered with: %s', async (id, message) => {
  const query = 'query ($id: UUID!) { get_task_run_info(task_run_id: $id) { id } }';
  const { text } = await post(served.url, { query, variables: { id } }, CLIENT);
  expect(text).toContain(message);
});

test.each(['GET', 'POST'])('the health page of Apollo answers %s', async (method) => {
  const response = await fetch(`${served.server.url}/.well-known/apollo/server-health`, { method });
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/health+json']);
  expect(await response.json()).toEqual({ status: 'pass' });
});

describe('a Prefect 1 client of a server with API keys', () => {
  let locked: Serving;
  let reader: string;
  beforeAll(async () => {
    locked = await serving();
    reader = await createApiKey(locked.engine.database, {
      id: newId(),
      tenant: 'default',
      name: 'reader',
      role: 'READER',
    });
  });
  afterAll(() => locked.close());

  test('a Prefect 1 client without a key gets UNAUTHENTICATED with status 200', async () => {
    const answer = await post(locked.url, { query: '{ hello }' }, CLIENT);
    expect(answer).toMatchObject({ status: 200, body: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] } });
    expect((await post(locked.url, { query: '{ hello }' }, { accept: '*/*' })).status).toBe(401);
  });

  test('a Prefect 1 client with the key of a reader may read but not write', async () => {
    const headers = { ...CLIENT, authorization: `Bearer ${reader}` };
    expect((await post(locked.url, { query: '{ hello }' }, headers)).body).toEqual(HELLO);
    const query = 'mutation { delete_agent(input: { agent_id: "01900000-0000-7000-8000-00000000ffff" }) { success } }';
    const { status, body } = await post(locked.url, { query }, headers);
    expect({ status, body }).toMatchObject({ status: 200, body: { errors: [{ extensions: { code: 'FORBIDDEN' } }] } });
  });
});
