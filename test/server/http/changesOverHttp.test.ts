import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitFor } from '../../support/waitFor.ts';
import { moveRun, newRun, type Serving, serving } from '../serving.ts';

let served: Serving;
beforeAll(async () => {
  served = await serving();
});
afterAll(() => served.close());

interface Event {
  changes: { kind: string; flowRun: { id: string; state: { type: string } } | null }[];
}

test('flowRunChanges can be streamed over server-sent events', async () => {
  const id = await newRun(served.url);
  const aborting = new AbortController();
  const query = `subscription ($ids: [ID!]) {
    flowRunChanges(filter: { id: { in: $ids } }) { changes { kind flowRun { id state { type } } } }
  }`;
  const response = await fetch(served.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query, variables: { ids: [id] } }),
    signal: aborting.signal,
  });
  let text = '';
  const reading = (async () => {
    const decoder = new TextDecoder();
    // The cast: Node's web streams can be iterated, but the types of the web's cannot.
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>)
      text += decoder.decode(chunk, { stream: true });
  })().catch(() => {});
  const events = () =>
    [...text.matchAll(/^event: next\nid: .*\ndata: (.*)$/gm)].map(
      ([, data = '']): Event => JSON.parse(data).data.flowRunChanges,
    );
  await waitFor(() => events().length === 1);
  await moveRun(served.url, id, 'RUNNING');
  await waitFor(() => events().length === 2);
  expect(events().map(({ changes }) => changes)).toEqual([
    [{ kind: 'ENTERED', flowRun: { id, state: { type: 'PENDING' } } }],
    [{ kind: 'UPDATED', flowRun: { id, state: { type: 'RUNNING' } } }],
  ]);
  aborting.abort();
  await reading;
});
