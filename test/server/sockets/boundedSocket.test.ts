import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import WebSocket, { WebSocketServer } from 'ws';
import { type BoundedSocket, boundedSocket } from '../../../src/server/sockets/boundedSocket.ts';
import { settled } from '../../support/settled.ts';
import { waitFor } from '../../support/waitFor.ts';

const MAX_BUFFERED = 100_000;

let server: WebSocketServer;
let client: WebSocket;
let bounded: BoundedSocket;
let received: string[];

beforeEach(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  await once(server, 'listening');
  // The cast: a server has this kind of address.
  client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const [[socket]] = await Promise.all([once(server, 'connection'), once(client, 'open')]);
  bounded = boundedSocket(socket, MAX_BUFFERED);
  received = [];
  client.on('message', (data) => received.push(String(data)));
});
afterEach(async () => {
  client.terminate();
  await new Promise((resolve) => server.close(resolve));
});

/** Sends as a subscription does: each event after the last one has left. */
async function deliver(name: string, count: number, progress: { sent: number }, bytes = 50_000): Promise<void> {
  for (let index = 0; index < count; index++) {
    await bounded.send(`${name}${index}`.padEnd(bytes));
    progress.sent += 1;
  }
}

/** Waits until the buffers of the system are full, so that nothing moves any more. */
async function stalled(progress: { sent: number }): Promise<void> {
  await waitFor(() => bounded.socket.bufferedAmount > 0);
  await settled(() => progress.sent, nextTurn, 1_000);
}

test('a socket whose client stops reading pauses its subscriptions and then delivers everything in order', async () => {
  client.pause();
  const progress = { sent: 0 };
  const deliveries = ['a', 'b', 'c', 'd'].map((name) => deliver(name, 500, progress));
  await stalled(progress);
  expect(progress.sent).toBeLessThan(1_000);
  expect(bounded.socket.bufferedAmount).toBeLessThan(MAX_BUFFERED + 50_100);
  client.resume();
  await Promise.all(deliveries);
  await waitFor(() => received.length === 2_000);
  for (const name of ['a', 'b', 'c', 'd'])
    expect(received.map((text) => text.trim()).filter((text) => text.startsWith(name))).toEqual(
      Array.from({ length: 500 }, (_, index) => `${name}${index}`),
    );
});

test('a subscription has at most one event waiting', async () => {
  client.pause();
  const progress = { sent: 0 };
  const delivery = deliver('a', 5_000, progress, 10_000);
  await stalled(progress);
  expect(bounded.socket.bufferedAmount).toBeLessThan(10_100);
  client.resume();
  await delivery;
});

test('the server stops reading from a client that does not read', async () => {
  client.pause();
  let asked = 0;
  let largest = 0;
  bounded.socket.on('message', () => {
    asked += 1;
    largest = Math.max(largest, bounded.socket.bufferedAmount);
    void bounded.send('x'.repeat(1_000));
  });
  for (let index = 0; index < 50_000; index++) client.send('ask'.padEnd(100));
  await waitFor(() => bounded.socket.isPaused);
  expect(asked).toBeLessThan(50_000);
  expect(largest).toBeLessThan(MAX_BUFFERED + 1_100);
  client.resume();
  await waitFor(() => received.length === 50_000);
});

test('sending to a closed socket does nothing', async () => {
  client.terminate();
  await once(bounded.socket, 'close');
  await bounded.send('x');
});
