import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitFor } from '../../support/waitFor.ts';
import { moveRun, newRun, type Serving, serving } from '../serving.ts';

let served: Serving;
beforeAll(async () => {
  served = await serving();
});
afterAll(() => served.close());

/** Opens an event stream and collects its text until it ends. */
async function openStream(query: string, variables: object = {}) {
  const aborting = new AbortController();
  const response = await fetch(served.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
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
  [...text.matchAll(/^event: next\ndata: (.*)$/gm)].map(([, data = '']) => JSON.parse(data));

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
