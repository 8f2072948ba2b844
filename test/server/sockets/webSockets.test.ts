import type { Client } from 'graphql-ws/client';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { waitFor } from '../../support/waitFor.ts';
import { moveRun, newRun, type Serving, serving } from '../serving.ts';
import { once, openClient, openSocket, receive } from '../sockets.ts';

let served: Serving;
const clients: Client[] = [];
beforeAll(async () => {
  served = await serving({ FLOWQL_MAX_SUBSCRIPTIONS_PER_SOCKET: '3', FLOWQL_MAX_BODY_BYTES: '100000' });
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.dispose();
});
afterAll(() => served.close());

function client(params?: Record<string, unknown>): Client {
  const opened = openClient(served.url, params);
  clients.push(opened);
  return opened;
}

const WATCH = 'subscription ($id: ID!) { flowRunStates(flowRunId: $id) { cursor state { version type } } }';
interface Watched {
  flowRunStates: { cursor: string; state: { version: number; type: string } };
}

test('queries and mutations work over a WebSocket', async () => {
  const made = await once<{ createFlow: { created: boolean } }>(
    client(),
    'mutation { createFlow(input: { name: "over a socket" }) { created } }',
  );
  expect(made).toEqual({ data: { createFlow: { created: true } } });
  const read = await once(client(), '{ flows(filter: { name: { in: ["over a socket"] } }) { totalCount } }');
  expect(read).toEqual({ data: { flows: { totalCount: 1 } } });
});

test('a subscription sends stored states, then new ones, and ends when the client completes it', async () => {
  const id = await newRun(served.url);
  const watched = receive<Watched>(client(), WATCH, { id });
  await waitFor(() => watched.results.length === 1);
  await moveRun(served.url, id, 'RUNNING');
  await moveRun(served.url, id, 'COMPLETED');
  await waitFor(() => watched.results.length === 3);
  expect(watched.results.map(({ data }) => data.flowRunStates.state)).toEqual([
    { version: 1, type: 'PENDING' },
    { version: 2, type: 'RUNNING' },
    { version: 3, type: 'COMPLETED' },
  ]);
  watched.stop();
  await waitFor(() => watched.isOver);
  await waitFor(async () => (await metric('flowql_subscriptions')) === 0);
});

test('a subscription continues after its cursor', async () => {
  const id = await newRun(served.url);
  await moveRun(served.url, id, 'RUNNING');
  const watched = receive<Watched>(client(), WATCH, { id });
  await waitFor(() => watched.results.length === 2);
  const again = receive<Watched>(
    client(),
    'subscription ($id: ID!, $after: String) { flowRunStates(flowRunId: $id, after: $after) { state { version } } }',
    { id, after: watched.results[0]?.data.flowRunStates.cursor },
  );
  await waitFor(() => again.results.length > 0);
  expect(again.results[0]?.data.flowRunStates.state.version).toBe(2);
});

test.each([
  ['an unknown field', '{ nothing }', {}, 'GRAPHQL_VALIDATION_FAILED'],
  ['an error of syntax', '{', {}, 'GRAPHQL_PARSE_FAILED'],
  ['an unknown run', WATCH, { id: '01900000-0000-7000-8000-00000000ffff' }, 'NOT_FOUND'],
  ['a wrong variable', WATCH, { id: null }, 'BAD_USER_INPUT'],
  [
    'a malformed cursor',
    'subscription ($id: ID!) { flowRunStates(flowRunId: $id, after: "nonsense") { cursor } }',
    {},
    'INVALID_CURSOR',
  ],
])('%s is an error of its operation only', async (_, query, variables, code) => {
  const opened = client();
  const id = await newRun(served.url);
  // The protocol has two kinds of errors: those before execution are messages, those during execution are results.
  const errors = await once(opened, query, { id, ...variables }).then(
    (result) => result?.errors,
    (error) => error,
  );
  expect(errors).toMatchObject([{ extensions: { code } }]);
  expect(await once(opened, '{ __typename }')).toEqual({ data: { __typename: 'Query' } });
});

test('a subscription over the limit of its socket is rejected and the others continue', async () => {
  const opened = client();
  const id = await newRun(served.url);
  const watched = [1, 2, 3].map(() => receive<Watched>(opened, WATCH, { id }));
  await waitFor(() => watched.every(({ results }) => results.length === 1));
  await expect(once(opened, WATCH, { id })).rejects.toMatchObject([{ extensions: { code: 'LIMIT_EXCEEDED' } }]);
  await moveRun(served.url, id, 'RUNNING');
  await waitFor(() => watched.every(({ results }) => results.length === 2));
  watched[0]?.stop();
  await waitFor(async () => (await metric('flowql_subscriptions')) === 2);
  expect(await once(opened, '{ __typename }')).toBeDefined();
});

test('a socket that sends no connection_init in time is closed with 4408', async () => {
  const hasty = await serving({ FLOWQL_INIT_TIMEOUT_MS: '100' });
  const { closed } = openSocket(hasty.url);
  expect(await closed()).toMatchObject({ code: 4408 });
  await hasty.close();
});

test.each([
  ['a message that is not JSON', '{', 4400],
  ['a message of the wrong kind', '{"type": "connection_ack"}', 4400],
  ['an operation before connection_init', '{"type": "subscribe", "id": "1", "payload": {"query": "{ a }"}}', 4401],
  ['a message that is too long', JSON.stringify({ type: 'ping', payload: { x: 'x'.repeat(100_001) } }), 1009],
])('%s closes the socket with its code', async (_, message, code) => {
  const { opened, socket, closed } = openSocket(served.url);
  await opened();
  socket.send(message);
  expect(await closed()).toMatchObject({ code });
});

test.each([
  ['one long message', [`{"type": "connection_init", "payload": "${'x'.repeat(20_000)}`]],
  ['many pings', Array.from({ length: 1_000 }, () => JSON.stringify({ type: 'ping' }))],
])('a socket that sends 16 kB before its key is checked is closed: %s', async (_, messages) => {
  const { opened, socket, closed } = openSocket(served.url);
  await opened();
  for (const message of messages) socket.send(message);
  expect(await closed()).toMatchObject({ code: 1009 });
});

test('a socket may send large messages after its connection_ack', async () => {
  const opened = openSocket(served.url);
  await opened.opened();
  opened.send({ type: 'connection_init' });
  await waitFor(() => opened.messages.length === 1);
  opened.send({ type: 'ping', payload: { x: 'x'.repeat(90_000) } });
  await waitFor(() => opened.messages.length === 2);
  expect(opened.messages.map(({ type }) => type)).toEqual(['connection_ack', 'pong']);
  opened.socket.terminate();
});

test('a message with too many levels closes the socket with 4400', async () => {
  const opened = openSocket(served.url);
  await opened.opened();
  opened.socket.send(`{"type": "ping", "payload": ${'['.repeat(600)}${']'.repeat(600)}}`);
  expect(await opened.closed()).toEqual({ code: 4400, reason: 'The message has more than 500 levels as JSON.' });
});

test('sockets that are not initialised have a limit of their own', async () => {
  const small = await serving({ FLOWQL_MAX_UNINITIALISED_SOCKETS: '3' });
  const sockets = Array.from({ length: 3 }, () => openSocket(small.url));
  await Promise.all(sockets.map(({ opened }) => opened()));
  const refused = openSocket(small.url);
  await waitFor(() => refused.state.refusal !== null);
  expect(refused.state.refusal).toBe(503);
  sockets[0]?.send({ type: 'connection_init' });
  await waitFor(() => sockets[0]?.messages.length === 1);
  const next = openSocket(small.url);
  await next.opened();
  expect(next.state.refusal).toBeNull();
  for (const { socket } of [...sockets, next]) socket.terminate();
  await small.close();
});

test('a socket that is closed before it is initialised ends even if its client does not answer', async () => {
  const hasty = await serving({ FLOWQL_INIT_TIMEOUT_MS: '100' });
  const { opened, socket } = openSocket(hasty.url);
  await opened();
  socket.pause();
  expect(await metric('flowql_sockets', hasty)).toBe(1);
  await waitFor(async () => (await metric('flowql_sockets', hasty)) === 0);
  socket.terminate();
  await hasty.close();
});

test.each([
  ['a page of another site', '/graphql', { origin: 'https://example.com' }, 403],
  ['a host name that resolves to this machine', '/graphql', { host: 'evil.example.com' }, 403],
  ['another path', '/elsewhere', {}, 404],
])('a WebSocket from %s is refused', async (_, path, headers, status) => {
  const { state } = openSocket(served.server.url + path, headers);
  await waitFor(() => state.refusal !== null);
  expect(state.refusal).toBe(status);
});

test('the number of sockets is limited', async () => {
  const small = await serving({ FLOWQL_MAX_SOCKETS: '20' });
  const sockets = Array.from({ length: 20 }, () => openSocket(small.url));
  await Promise.all(sockets.map(({ opened }) => opened()));
  const { state } = openSocket(small.url);
  await waitFor(() => state.refusal !== null);
  expect(state.refusal).toBe(503);
  await Promise.all([small.close(), ...sockets.map(({ closed }) => closed())]);
});

test('a server that stops closes its sockets with 1001', async () => {
  const other = await serving();
  const { opened, closed, send, messages } = openSocket(other.url);
  await opened();
  send({ type: 'connection_init' });
  await waitFor(() => messages.some(({ type }) => type === 'connection_ack'));
  await Promise.all([other.close(), closed()]);
  expect(await closed()).toMatchObject({ code: 1001 });
});

async function metric(name: string, { server }: Serving = served): Promise<number> {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1]);
}
