import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitFor } from '../../support/waitFor.ts';
import { moveRun, newRun, post, type Serving, serving } from '../serving.ts';

let served: Serving;
beforeAll(async () => {
  served = await serving();
});
afterAll(() => served.close());

/** Opens an event stream and collects its text until it ends. */
async function openStream(query: string, variables: object = {}, headers: object = {}) {
  const aborting = new AbortController();
  const response = await fetch(served.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
    body: JSON.stringify({ query, variables }),
    signal: aborting.signal,
  });
  const stream = { text: '' };
  const reading = async () => {
    const decoder = new TextDecoder();
    // The cast: Node's web streams can be iterated, but the types of the web's cannot.
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>)
      stream.text += decoder.decode(chunk, { stream: true });
  };
  const ended = reading().then(
    () => 'complete',
    () => 'broken off',
  );
  const stop = async () => {
    aborting.abort();
    await ended;
  };
  return Object.assign(stream, { response, ended, stop });
}

const results = (text: string) =>
  [...text.matchAll(/^event: next\n(?:id: .*\n)?data: (.*)$/gm)].map(([, data = '']) => JSON.parse(data));

const WATCH = 'subscription ($id: ID!) { flowRunStates(flowRunId: $id) { cursor state { version } } }';

test('an event stream sends stored states, new states and keep-alive comments', async () => {
  const id = await newRun(served.url);
  const stream = await openStream(WATCH, { id });
  expect(stream.response.headers.get('content-type')).toBe('text/event-stream');
  await waitFor(() => results(stream.text).length === 1);
  await moveRun(served.url, id, 'RUNNING');
  await waitFor(() => results(stream.text).length === 2);
  expect(results(stream.text).map(({ data }) => data.flowRunStates.state.version)).toEqual([1, 2]);
  await waitFor(() => /^:$/m.test(stream.text.split('data: ').at(-1) ?? ''));
  await stream.stop();
});

const CHANGES = 'subscription { flowRunChanges(first: 200) { changes { flowRun { id } } } }';
const LOGS = 'subscription ($id: ID!, $after: String) { logs(flowRunId: $id, after: $after) { log { message } } }';

test('the id of an event is its cursor, and a stream continues after the header Last-Event-ID', async () => {
  const id = await newRun(served.url);
  const write = (message: string) =>
    post(served.url, {
      query: `mutation { writeLogs(input: { logs: [{ flowRunId: "${id}", level: 20, name: "l", message: "${message}" }] }) { written } }`,
    });
  for (const message of ['one', 'two', 'three']) await write(message);
  const first = await openStream(LOGS, { id });
  await waitFor(() => results(first.text).length === 3);
  await first.stop();
  expect(first.text).toMatch(/^retry: 1000\n\n/);
  const ids = [...first.text.matchAll(/^id: (.*)$/gm)].map(([, cursor]) => cursor ?? '');
  expect(ids).toHaveLength(3);

  // The header is newer than the variable, which a browser sends again unchanged.
  const again = await openStream(LOGS, { id, after: ids[0] }, { 'last-event-id': ids[1] });
  await write('four');
  await waitFor(() => results(again.text).length === 2);
  await again.stop();
  expect(results(again.text).map(({ data }) => data.logs.log.message)).toEqual(['three', 'four']);

  const changes = await openStream(CHANGES);
  await waitFor(() => results(changes.text).length === 1);
  await changes.stop();
  const cursor = /^id: (.*)$/m.exec(changes.text)?.[1];
  const after = await openStream(CHANGES, {}, { 'last-event-id': cursor });
  const later = await newRun(served.url);
  await waitFor(() => after.text.includes(later));
  await after.stop();
  expect(after.text).not.toContain(id);
});

test('a malformed Last-Event-ID is rejected like a malformed cursor', async () => {
  const id = await newRun(served.url);
  const stream = await openStream(WATCH, { id }, { 'last-event-id': 'nonsense' });
  expect(await stream.ended).toBe('complete');
  expect(results(stream.text)).toMatchObject([{ errors: [{ extensions: { code: 'INVALID_CURSOR' } }] }]);
});

test('a query of a client that accepts event streams and JSON is answered with JSON', async () => {
  const { headers, body } = await post(
    served.url,
    { query: '{ __typename }' },
    { accept: 'text/event-stream, application/json' },
  );
  expect(headers.get('content-type')).toContain('application/json');
  expect(body).toEqual({ data: { __typename: 'Query' } });
});

test('an event stream whose client disconnects is closed', async () => {
  const id = await newRun(served.url);
  const stream = await openStream(WATCH, { id });
  await waitFor(() => results(stream.text).length === 1);
  await waitFor(async () => (await open()) === 1);
  await stream.stop();
  await waitFor(async () => (await open()) === 0);
});

test('an invalid subscription sends its error as the only event', async () => {
  const stream = await openStream(WATCH, { id: '01900000-0000-7000-8000-00000000ffff' });
  expect(await stream.ended).toBe('complete');
  expect(results(stream.text)).toMatchObject([{ errors: [{ extensions: { code: 'NOT_FOUND' } }] }]);
  expect(stream.text).toContain('event: complete');
});

test('a query may be answered as an event stream with one event', async () => {
  const stream = await openStream('{ __typename }');
  expect(await stream.ended).toBe('complete');
  expect(results(stream.text)).toEqual([{ data: { __typename: 'Query' } }]);
});

test('a server has a limit of event streams, and a closed one makes room', async () => {
  const small = await serving({ FLOWQL_MAX_SOCKETS: '1' });
  const id = await newRun(small.url);
  const url = `${small.url}?${new URLSearchParams({ query: `subscription { flowRunStates(flowRunId: "${id}") { cursor } }` })}`;
  const open = (signal?: AbortSignal) =>
    fetch(url, { headers: { accept: 'text/event-stream' }, signal: signal ?? null });
  const first = new AbortController();
  expect((await open(first.signal)).status).toBe(200);
  const refused = await open();
  expect([refused.status, await refused.text()]).toEqual([503, expect.stringContaining('limit of 1 event streams')]);
  first.abort();
  await waitFor(async () => {
    const again = new AbortController();
    const { status } = await open(again.signal);
    again.abort();
    return status === 200;
  });
  await small.close();
});

test('a server that stops breaks off its event streams so that clients reconnect', async () => {
  const other = served;
  served = await serving();
  const id = await newRun(served.url);
  const stream = await openStream(WATCH, { id });
  await waitFor(() => results(stream.text).length === 1);
  await served.server.stop(60_000);
  expect(await stream.ended).toBe('broken off');
  await served.close();
  served = other;
  expect(stream.text).not.toContain('complete');
});

async function open(): Promise<number> {
  const text = await (await fetch(`${served.server.url}/metrics`)).text();
  return Number(/^flowql_subscriptions (\d+)$/m.exec(text)?.[1]);
}
