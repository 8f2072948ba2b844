import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { schema } from '../../../src/api/schema.ts';
import { readConfig } from '../../../src/config.ts';
import type { Role } from '../../../src/core/values/viewer.ts';
import { createAuthentication } from '../../../src/server/access/authentication.ts';
import { KeyGuesses } from '../../../src/server/access/keyGuesses.ts';
import { startServer } from '../../../src/server/server.ts';
import {
  createApiKey,
  hashOfApiKey,
  listApiKeys,
  openToEveryone,
  revokeApiKey,
  viewerOfApiKey,
} from '../../../src/store/tenants/apiKeys.ts';
import { deleteTenant } from '../../../src/store/tenants/tenants.ts';
import { insertTenant } from '../../support/rows.ts';
import { waitFor } from '../../support/waitFor.ts';
import { newRun, post, type Serving, serving } from '../serving.ts';
import { once, openClient, openSocket } from '../sockets.ts';

let served: Serving;
const keys: { [Of in Role | 'OTHER']: string } = { READER: '', WRITER: '', ADMIN: '', OTHER: '' };
beforeAll(async () => {
  served = await serving();
  const { database } = served.engine;
  for (const role of ['READER', 'WRITER', 'ADMIN'] as const)
    keys[role] = await createApiKey(database, { id: v7(), name: role, role, tenant: 'default' });
  const tenant = await insertTenant(database);
  keys.OTHER = await createApiKey(database, { id: v7(), name: 'other', role: 'ADMIN', tenant });
});
afterAll(() => served.close());

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const QUERY = { query: '{ flows { totalCount } }' };
const MUTATION = { query: 'mutation { createFlow(input: { name: "x" }) { created } }' };
const codeOf = async (answer: ReturnType<typeof post>) => (await answer).body.errors?.[0]?.extensions.code ?? 'ok';

describe('authentication over HTTP', () => {
  test.each([
    ['no key', {}],
    ['an unknown key', bearer(`fk_${'x'.repeat(43)}`)],
    ['a malformed key', bearer('fk_unknown')],
    ['another scheme than Bearer', { authorization: 'Basic abc' }],
    ['an empty key', { authorization: 'Bearer ' }],
  ])('a request with %s is UNAUTHENTICATED', async (_, headers) => {
    const answer = await post(served.url, QUERY, headers);
    expect(answer).toMatchObject({ status: 401, body: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] } });
  });

  test.each([
    ['READER', 'ok', 'FORBIDDEN'],
    ['WRITER', 'ok', 'ok'],
    ['ADMIN', 'ok', 'ok'],
  ] as const)('a key with the role %s may query: %s, and mutate: %s', async (role, query, mutation) => {
    expect(await codeOf(post(served.url, QUERY, bearer(keys[role])))).toBe(query);
    expect(await codeOf(post(served.url, MUTATION, bearer(keys[role])))).toBe(mutation);
  });

  test('a key reads only the rows of its tenant', async () => {
    const id = await newRun(served.url, bearer(keys.ADMIN));
    const read = { query: '{ flowRuns { totalCount } }' };
    expect((await post(served.url, read, bearer(keys.ADMIN))).text).toContain('"totalCount":1');
    expect((await post(served.url, read, bearer(keys.OTHER))).text).toContain('"totalCount":0');
    const one = { query: `{ flowRun(id: "${id}") { id } }` };
    expect((await post(served.url, one, bearer(keys.OTHER))).body.data).toEqual({ flowRun: null });
  });

  test('GraphiQL, /health and /ready need no key but /metrics does', async () => {
    const status = async (path: string, headers = {}) => (await fetch(served.server.url + path, { headers })).status;
    expect(await status('/graphql', { accept: 'text/html' })).toBe(200);
    expect(await status('/health')).toBe(200);
    expect(await status('/ready')).toBe(200);
    expect(await status('/metrics')).toBe(401);
    expect(await status('/metrics', bearer(keys.READER))).toBe(200);
  });
});

describe('authentication over WebSockets', () => {
  test.each(['authorization', 'Authorization'])(
    'a WebSocket key is read from the connection parameter %s',
    async (name) => {
      const client = openClient(served.url, { [name]: `Bearer ${keys.READER}` });
      expect(await once(client, '{ flows { totalCount } }')).toMatchObject({ data: { flows: {} } });
      const forbidden = await once(client, MUTATION.query);
      expect(forbidden?.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
      await client.dispose();
    },
  );

  test('a WebSocket key is read from the header', async () => {
    const { opened, send, messages, socket } = openSocket(served.url, bearer(keys.READER));
    await opened();
    send({ type: 'connection_init' });
    await waitFor(() => messages.length > 0);
    expect(messages).toEqual([{ type: 'connection_ack' }]);
    socket.close();
  });

  test.each([{}, { payload: { authorization: 'Bearer fk_unknown' } }])(
    'a WebSocket with the payload %j is closed with 4401',
    async (init) => {
      const { opened, send, closed } = openSocket(served.url);
      await opened();
      send({ type: 'connection_init', ...init });
      expect(await closed()).toMatchObject({ code: 4401 });
    },
  );
});

test('a revoked key stops working for requests, open sockets and open streams', async () => {
  const { database } = served.engine;
  const key = await createApiKey(database, { id: v7(), name: 'for a while', role: 'ADMIN', tenant: 'default' });
  expect(await codeOf(post(served.url, QUERY, bearer(key)))).toBe('ok');
  const { opened, send, messages, state } = openSocket(served.url, bearer(key));
  await opened();
  send({ type: 'connection_init' });
  await waitFor(() => messages.length > 0);
  const id = await newRun(served.url, bearer(key));
  const stream = await fetch(served.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...bearer(key) },
    body: JSON.stringify({ query: `subscription { flowRunStates(flowRunId: "${id}") { cursor } }` }),
  });
  const brokenOff = expect(stream.text()).rejects.toThrow();
  expect(await revokeApiKey(database, 'default', 'for a while')).toBe(true);
  await waitFor(async () => (await codeOf(post(served.url, QUERY, bearer(key)))) === 'UNAUTHENTICATED');
  await waitFor(() => state.close !== null);
  expect(state.close).toMatchObject({ code: 4401 });
  await brokenOff;
});

test('a key stops working when it expires', async () => {
  const { database } = served.engine;
  const soon = new Date(Date.now() + 3_600_000);
  const named = { id: v7(), name: 'expiring', role: 'READER', tenant: 'default', expires: soon } as const;
  const key = await createApiKey(database, named);
  expect(await codeOf(post(served.url, QUERY, bearer(key)))).toBe('ok');
  const [listed] = (await listApiKeys(database)).filter(({ name }) => name === 'expiring');
  expect(listed).toMatchObject({ expires: soon, lastUsed: expect.any(Date) });
  await database.prisma.apiKey.update({ where: { id: named.id }, data: { expires: new Date() } });
  await waitFor(async () => (await codeOf(post(served.url, QUERY, bearer(key)))) === 'UNAUTHENTICATED');
});

test('the last use of a key is written once in ten minutes', async () => {
  const { database } = served.engine;
  const lastUse = async () => (await listApiKeys(database)).find(({ name }) => name === 'WRITER')?.lastUsed;
  await viewerOfApiKey(database, hashOfApiKey(keys.WRITER));
  const first = await lastUse();
  await viewerOfApiKey(database, hashOfApiKey(keys.WRITER));
  expect([first instanceof Date, await lastUse()]).toEqual([true, first]);
});

test('a server stays closed after its last key is gone, until it is opened', async () => {
  const own = await serving();
  const { database } = own.engine;
  const create = (tenant: string) => createApiKey(database, { id: v7(), name: 'k', role: 'ADMIN', tenant });
  // A new one each time, because it remembers the answer for seconds.
  const isOpen = () => createAuthentication(database, false).isOpen();
  expect(await isOpen()).toBe(true);
  await create('default');
  expect(await isOpen()).toBe(false);
  expect(await openToEveryone(database)).toBe(false);
  await revokeApiKey(database, 'default', 'k');
  expect([await isOpen(), await codeOf(post(own.url, MUTATION))]).toEqual([false, 'UNAUTHENTICATED']);
  expect(await openToEveryone(database)).toBe(true);
  expect(await isOpen()).toBe(true);
  // A key that is deleted with its tenant is also the last one.
  const tenant = await insertTenant(database);
  await create(tenant);
  await deleteTenant(database, null, tenant);
  expect(await isOpen()).toBe(false);
  await own.close();
});

test('an address that sends many unknown keys must wait, and known keys still work from there', async () => {
  const own = await serving();
  const { database } = own.engine;
  const key = await createApiKey(database, { id: v7(), name: 'k', role: 'ADMIN', tenant: 'default' });
  await waitFor(async () => (await codeOf(post(own.url, QUERY, bearer(key)))) === 'ok');
  const wrong = (number: number) => bearer(`fk_${String(number).padStart(43, '0')}`);
  const answers = await Promise.all(Array.from({ length: 60 }, (_, number) => post(own.url, QUERY, wrong(number))));
  const limited = answers.filter(({ status }) => status === 429);
  expect(limited.length).toBeGreaterThan(20);
  expect(limited[0]?.body.errors).toMatchObject([{ extensions: { code: 'LIMIT_EXCEEDED' } }]);
  expect(answers.filter(({ status }) => status === 401).length).toBeGreaterThanOrEqual(30);
  expect(await codeOf(post(own.url, QUERY, bearer(key)))).toBe('ok');
  await own.close();
});

test('an address may try another key every two seconds', () => {
  let now = 0;
  const guesses = new KeyGuesses(() => now);
  for (let number = 0; number < 30; number++) guesses.take('a');
  expect(() => guesses.take('a')).toThrow('Too many unknown API keys');
  expect(() => guesses.take('b')).not.toThrow();
  guesses.giveBack('a');
  expect(() => guesses.take('a')).not.toThrow();
  expect(() => guesses.take('a')).toThrow();
  now += 2_000;
  expect(() => guesses.take('a')).not.toThrow();
});

test('keys are stored as hashes and listed without them', async () => {
  const listed = await listApiKeys(served.engine.database);
  expect(listed.map(({ name, role }) => [name, role])).toContainEqual(['READER', 'READER']);
  expect(keys.READER).toMatch(/^fk_[\w-]{43}$/);
  const stored = await served.engine.database.prisma.apiKey.findMany();
  expect(JSON.stringify(stored)).not.toContain(keys.READER.slice(3));
});

test.each([
  ['a used name', { name: 'READER', tenant: 'default' }, 'CONFLICT'],
  ['an unknown tenant', { name: 'x', tenant: 'unknown' }, 'REFERENCE_NOT_FOUND'],
])('creating a key with %s is rejected', async (_, named, code) => {
  const made = createApiKey(served.engine.database, { id: v7(), role: 'READER', ...named });
  await expect(made).rejects.toMatchObject({ code });
});

describe('a server that listens on a public address', () => {
  const parts = () => ({
    database: fresh.engine.database,
    schema,
    contextOf: () => ({}) as never, // not used
    ready: async () => {},
    waitingWrites: () => 0,
    log: served.log,
  });
  let fresh: Serving;
  beforeAll(async () => {
    fresh = await serving();
  });
  afterAll(() => fresh.close());
  const config = (settings = {}) => readConfig({ FLOWQL_HOST: '0.0.0.0', FLOWQL_PORT: '0', ...settings });

  test('a server on a public address does not start without keys', async () => {
    await expect(startServer(config(), parts())).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
  });

  test('a server on a public address starts with FLOWQL_INSECURE and needs no key', async () => {
    const server = await startServer(config({ FLOWQL_INSECURE: 'true' }), parts());
    expect(await codeOf(post(`${server.url}/graphql`, { query: '{ __typename }' }))).toBe('ok');
    await server.stop(60_000);
  });

  test('a server on a public address with a key requires it', async () => {
    await createApiKey(fresh.engine.database, { id: v7(), name: 'k', role: 'ADMIN', tenant: 'default' });
    const server = await startServer(config(), parts());
    expect(await codeOf(post(`${server.url}/graphql`, { query: '{ __typename }' }))).toBe('UNAUTHENTICATED');
    await server.stop(60_000);
  });
});
