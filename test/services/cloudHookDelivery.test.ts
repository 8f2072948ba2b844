import { once } from 'node:events';
import http from 'node:http';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createHookDestinations } from '../../src/actions/cloudHooks/hookDestinations.ts';
import { newId } from '../../src/actions/writing/newId.ts';
import { type CloudHookEvent, cloudHookEvent } from '../../src/core/cloudHooks/cloudHookEvent.ts';
import { addSeconds } from '../../src/core/values/instant.ts';
import { cloudHookDelivery } from '../../src/services/cloudHookDelivery.ts';
import { insertDeliveries } from '../../src/store/cloudHooks/cloudHookDeliveries.ts';
import { insertCloudHook } from '../../src/store/cloudHooks/cloudHooks.ts';
import { type TestEngine, testEngine, viewer } from '../support/engine.ts';

let t: TestEngine;
let receiver: http.Server;
let url = '';
/** The ids of the received events. */
let received: string[] = [];
let answer: (response: http.ServerResponse) => void = (response) => response.end();
let givenUp: string[] = [];

beforeAll(async () => {
  t = await testEngine({ hookDestinations: createHookDestinations(['127.0.0.1']) });
  receiver = http.createServer((request, response) => {
    let text = '';
    request
      .on('data', (part) => (text += part))
      .on('end', () => {
        received.push((JSON.parse(text) as { event: CloudHookEvent }).event.id);
        answer(response);
      });
  });
  await once(receiver.listen(0, '127.0.0.1'), 'listening');
  const address = receiver.address();
  if (address === null || typeof address === 'string') throw new Error('a server on TCP has a port');
  url = `http://127.0.0.1:${address.port}`;
});
afterAll(async () => {
  receiver.closeAllConnections();
  receiver.close();
  await t.close();
});

const sql = <Row>(text: string) => t.test.database.query<Row>({ name: 'test', text });
const NOW = addSeconds(Date.now() * 1000, 3600);
// A round of a loop ends early when it takes some seconds. With a clock that stands still it never does.
beforeAll(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterAll(() => void vi.useRealTimers());

beforeEach(async () => {
  received = [];
  givenUp = [];
  answer = (response) => response.end();
  await sql('delete from cloud_hook');
});

/** Queues events for a hook. Returns their ids. */
async function queued(count: number, type: 'WEBHOOK' | 'PREFECT_MESSAGE' = 'WEBHOOK'): Promise<string[]> {
  const { tenantId } = viewer;
  const hook = { id: newId(), tenantId, type, name: null, versionGroupId: null, states: ['FAILED'], config: { url } };
  await insertCloudHook(t.engine.database, hook);
  const events = Array.from({ length: count }, () =>
    cloudHookEvent(newId(), {
      flowRun: { id: newId(), name: 'run', state: 'Running', version: 1 },
      state: {
        id: newId(),
        version: 2,
        state: 'Failed',
        timestamp: NOW,
        message: null,
        startTime: null,
        serializedState: {},
      },
      flow: { id: newId(), name: 'flow', flowGroupId: null, versionGroupId: null },
      tenant: { id: tenantId, slug: 'default' },
    }),
  );
  await insertDeliveries(
    t.engine.database,
    events.map((event) => ({ cloudHookId: hook.id, event })),
  );
  return events.map(({ id }) => id);
}

const loop = cloudHookDelivery((_, reason) => givenUp.push(reason));
const tick = (seconds = 0) => loop.tick(t.engine, addSeconds(NOW, seconds));
const waiting = async () => (await sql('select id from cloud_hook_delivery')).length;

test('all queued events are sent once in one round', async () => {
  const ids = await queued(120);
  await tick();
  expect(received.toSorted()).toEqual(ids.toSorted());
  expect(await waiting()).toBe(0);
  await tick();
  expect(received).toHaveLength(120);
});

test('several servers send each event once', async () => {
  const ids = await queued(200);
  await Promise.all([tick(), tick(), tick()]);
  expect(received.toSorted()).toEqual(ids.toSorted());
});

test('a delivery to a failing receiver is retried with growing delays and then given up', async () => {
  const [id] = await queued(1);
  answer = (response) => response.writeHead(503).end();
  let seconds = 0;
  for (const [attempts, pause] of [5, 30, 120, 600].entries()) {
    await tick(seconds);
    await tick(seconds + pause - 1);
    expect(received).toHaveLength(attempts + 1);
    seconds += pause;
  }
  expect(givenUp).toEqual([]);
  await tick(seconds);
  expect(received).toEqual(Array(5).fill(id));
  expect(givenUp).toEqual(['HTTP 503']);
  expect(await waiting()).toBe(0);
});

test('a delivery to a receiver that recovers succeeds', async () => {
  await queued(1);
  answer = (response) => response.destroy();
  await tick();
  expect(await waiting()).toBe(1);
  answer = (response) => response.end();
  await tick(5);
  expect([received.length, await waiting(), givenUp]).toEqual([2, 0, []]);
});

test('a delivery that a receiver rejects is not retried', async () => {
  await queued(1);
  answer = (response) => response.writeHead(410).end();
  await tick();
  expect([await waiting(), givenUp]).toEqual([0, ['HTTP 410']]);
});

test('an endless answer of a receiver is not read', async () => {
  await queued(1);
  answer = (response) => {
    const more = () => response.write('x'.repeat(100_000), (error) => error ?? more());
    more();
  };
  await tick();
  expect(await waiting()).toBe(0);
});

test('a hook has at most four connections at a time', async () => {
  await queued(20);
  const open = new Set<http.ServerResponse>();
  let most = 0;
  answer = (response) => {
    open.add(response);
    most = Math.max(most, open.size);
    setTimeout(() => open.delete(response) && response.end(), 20);
  };
  await tick();
  expect([received.length, most]).toEqual([20, 4]);
});

test('a redirect is not followed', async () => {
  await queued(1);
  answer = (response) => response.writeHead(307, { location: url }).end();
  await tick();
  expect([received.length, await waiting(), givenUp]).toEqual([1, 0, ['HTTP 307']]);
});

test('a reason names no URL', async () => {
  await queued(1);
  await sql(`update cloud_hook set config = '{"url": "http://user:secret@127.0.0.1:1/token"}'`);
  await sql('update cloud_hook_delivery set attempts = 4');
  await tick();
  expect(givenUp).toEqual(['ECONNREFUSED']);
});

test('a hook whose receiver does not answer does not delay other hooks', async () => {
  const slow = await queued(30);
  const other = await queued(30);
  answer = (response) => {
    if (!slow.includes(received.at(-1) ?? '')) response.end();
  };
  await tick();
  const fifth = received.filter((id) => slow.includes(id))[4] ?? '';
  expect(received.slice(0, received.indexOf(fifth)).filter((id) => other.includes(id))).toHaveLength(30);
});

test('a receiver that never answers does not delay other deliveries', async () => {
  const [first] = await queued(60);
  answer = (response) => {
    if (received[received.length - 1] !== first) response.end();
  };
  // A slow machine does not send all of them in one round. The first one is not due again in these rounds.
  for (let rounds = 0; received.length < 60 && rounds < 5; rounds += 1) await tick();
  expect(received).toHaveLength(60);
  expect(await waiting()).toBe(1);
});

test('a delivery that a server took and did not finish is sent by another two minutes later', async () => {
  const [id] = await queued(1);
  await sql(`update cloud_hook_delivery set attempts = 1, due_at = to_timestamp(${NOW / 1_000_000} + 120)`);
  await tick(119);
  expect(received).toEqual([]);
  await tick(121);
  expect(received).toEqual([id]);
});

test('a message that is delivered twice is stored once', async () => {
  const [id] = await queued(1, 'PREFECT_MESSAGE');
  const copy = await sql('select cloud_hook_id, event from cloud_hook_delivery');
  await tick();
  expect(copy).toHaveLength(1);
  await sql(`insert into cloud_hook_delivery (id, cloud_hook_id, event)
    select id, (select id from cloud_hook), (content -> 'event') from message where id = '${id}'`);
  await tick();
  expect(await sql(`select type, read from message where id = '${id}'`)).toEqual([{ type: 'CLOUD_HOOK', read: false }]);
  expect(await waiting()).toBe(0);
});
