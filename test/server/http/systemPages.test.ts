import type { AddressInfo } from 'node:net';
import net from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startEngine, stopEngine } from '../../../src/actions/startEngine.ts';
import { createContext } from '../../../src/api/building/context.ts';
import { schema } from '../../../src/api/schema.ts';
import { readConfig } from '../../../src/config.ts';
import { startServer } from '../../../src/server/server.ts';
import { openDatabase } from '../../../src/store/connection/openDatabase.ts';
import { anyApiKey } from '../../../src/store/tenants/apiKeys.ts';
import { openStreams } from '../../../src/streams/streams.ts';
import { waitFor } from '../../support/waitFor.ts';
import { newRun, post, type Serving, serving } from '../serving.ts';

let served: Serving;
beforeAll(async () => {
  served = await serving();
});
afterAll(() => served.close());

const get = async (path: string, init: RequestInit = {}, base = served.server.url) => {
  const response = await fetch(base + path, { redirect: 'manual', ...init });
  return { status: response.status, headers: response.headers, text: await response.text() };
};

test('/health and /ready answer GET and HEAD with JSON', async () => {
  expect(await get('/health')).toMatchObject({ status: 200, text: '{"status":"ok","version":"0.1.0"}' });
  expect(await get('/ready')).toMatchObject({ status: 200, text: '{"status":"ready"}' });
  expect(await get('/health', { method: 'HEAD' })).toMatchObject({ status: 200, text: '' });
  expect((await get('/health', { method: 'POST' })).headers.get('allow')).toBe('GET, HEAD');
});

test('/metrics counts operations by type and outcome', async () => {
  await post(served.url, { query: '{ __typename }' });
  await post(served.url, { query: '{ nothing }' });
  await newRun(served.url);
  const { text, headers } = await get('/metrics');
  expect(headers.get('content-type')).toContain('text/plain');
  expect(text).toContain('flowql_operations_total{type="query",outcome="ok"} 1');
  expect(text).toContain('flowql_operations_total{type="none",outcome="GRAPHQL_VALIDATION_FAILED"} 1');
  expect(text).toContain('flowql_operation_duration_seconds_count{type="mutation"} 2');
  expect(text).toMatch(/^flowql_sockets 0$/m);
  expect(text).toMatch(/^flowql_waiting_writes 0$/m);
  expect(text).toMatch(/^process_resident_memory_bytes /m);
});

test.each<[string, RequestInit]>([
  ['/health', {}],
  ['/ready', {}],
  ['/metrics', {}],
  ['/.well-known/apollo/server-health', {}],
  ['/missing', {}],
  ['/', { headers: { accept: 'text/html' } }],
  ['/graphql', { headers: { accept: 'text/html' } }],
  ['/graphql', { method: 'OPTIONS' }],
  ['/graphql', { method: 'PUT' }],
  ['/graphql?query={__typename}', {}],
  ['/graphql?query={nothing}', { headers: { accept: 'text/event-stream' } }],
  ['/graphql', { method: 'POST', body: '{"query":"{__typename}"}', headers: { 'content-type': 'application/json' } }],
  ['/graphql', { method: 'POST', body: '{', headers: { 'content-type': 'application/json' } }],
  ['/graphql', { method: 'POST', body: '', headers: { 'content-type': 'text/plain' } }],
])('the response of %s (%j) is not stored, and browsers do not guess its type', async (path, init) => {
  const { headers } = await get(path, init);
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('referrer-policy')).toBe('no-referrer');
  // GraphiQL's page has no data, and a browser may keep it if it asks whether it has changed.
  const isPage = headers.get('content-type')?.includes('html') && path === '/graphql';
  expect(headers.get('cache-control')).toMatch(isPage ? /^no-cache$/ : /\bno-store$/);
});

test('a client that disconnects is not logged as a fault of the server', async () => {
  const { port } = new URL(served.server.url);
  const before = served.logged.length;
  // GraphiQL's page, unpacked, is larger than the buffers of the connection.
  const request = 'GET /graphql HTTP/1.1\r\nhost: localhost\r\naccept: text/html\r\n\r\n';
  const socket = net.connect(Number(port), '127.0.0.1', () => socket.write(request));
  socket.once('data', () => socket.destroy());
  await waitFor(() => served.logged.slice(before).some(({ msg }) => msg === 'the client closed the connection'));
  expect(served.logged.slice(before).filter(({ level }) => Number(level) > 30)).toEqual([]);
});

test('a browser at / is redirected to GraphiQL', async () => {
  const { status, headers } = await get('/', { headers: { accept: 'text/html' } });
  expect([status, headers.get('location')]).toEqual([302, '/graphql']);
});

test('requests are logged at debug level without variables and keys', async () => {
  await post(
    served.url,
    { query: 'query Secret { __typename }', variables: { x: 'private' } },
    { authorization: 'Bearer key' },
  );
  await waitFor(() => served.logged.some(({ msg, path }) => msg === 'request' && path === '/graphql'));
  expect(served.logged).toContainEqual(expect.objectContaining({ msg: 'operation', type: 'query', name: 'Secret' }));
  expect(JSON.stringify(served.logged)).not.toMatch(/private|Bearer/);
});

test('while the database is unreachable, the server is healthy, not ready and answers UNAVAILABLE', async () => {
  const gate = await openGate(served.test.url);
  const database = await openDatabase({ url: gate.url });
  const streams = await openStreams(database);
  const engine = startEngine(database, streams);
  const server = await startServer(readConfig({ FLOWQL_PORT: '0' }), {
    database,
    schema,
    contextOf: ({ viewer }) => createContext(engine, viewer),
    ready: async () => void (await anyApiKey(database)),
    waitingWrites: () => 0,
    log: served.log,
  });
  expect((await get('/ready', {}, server.url)).status).toBe(200);
  gate.shut();
  expect((await get('/health', {}, server.url)).status).toBe(200);
  const notReady = await get('/ready', {}, server.url);
  expect([notReady.status, notReady.text]).toEqual([503, expect.stringContaining('UNAVAILABLE')]);
  const answer = await post(`${server.url}/graphql`, {
    query: 'mutation { createFlow(input: { name: "x" }) { created } }',
  });
  expect(answer).toMatchObject({ status: 503, body: { errors: [{ extensions: { code: 'UNAVAILABLE' } }] } });
  gate.reopen();
  await waitFor(async () => (await get('/ready', {}, server.url)).status === 200);
  expect((await post(`${server.url}/graphql`, { query: '{ flows { totalCount } }' })).status).toBe(200);
  await server.stop(60_000);
  await stopEngine(engine);
  await streams.close();
  await database.close();
  await gate.close();
});

/** A proxy to the database that can be shut. */
async function openGate(databaseUrl: string) {
  const target = new URL(databaseUrl);
  const connections = new Set<net.Socket>();
  let isOpen = true;
  const gate = net.createServer((inside) => {
    if (!isOpen) return inside.destroy();
    const outside = net.connect(Number(target.port), target.hostname);
    for (const socket of [inside, outside]) {
      connections.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        connections.delete(socket);
        inside.destroy();
        outside.destroy();
      });
    }
    inside.pipe(outside).pipe(inside);
  });
  await new Promise<void>((resolve) => gate.listen(0, '127.0.0.1', resolve));
  const url = new URL(databaseUrl);
  // The cast: a server that listens on a port has this kind of address.
  url.port = String((gate.address() as AddressInfo).port);
  url.hostname = '127.0.0.1';
  const shut = () => {
    isOpen = false;
    for (const socket of connections) socket.destroy();
  };
  return {
    url: url.href,
    shut,
    reopen: () => {
      isOpen = true;
    },
    close: () => {
      shut();
      return new Promise<void>((resolve) => gate.close(() => resolve()));
    },
  };
}
