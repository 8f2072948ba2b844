import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { gatheringSocket } from '../../src/store/connection/gatheringSocket.ts';

test('writes of one turn are sent together at its end, whole and in order', async () => {
  let received = '';
  const server = createServer((socket) => socket.on('data', (chunk) => (received += chunk))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = gatheringSocket().connect((server.address() as AddressInfo).port, '127.0.0.1'); // The cast: it listens by TCP.
  await once(socket, 'connect');
  for (const turn of ['a', 'b']) {
    for (const number of [1, 2, 3]) socket.write(`${turn}${number} `);
    expect(socket.writableLength).toBe(9);
    expect(socket.writableCorked).toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(socket.writableCorked).toBe(0);
  }
  socket.end();
  await once(socket, 'close');
  expect(received).toBe('a1 a2 a3 b1 b2 b3 ');
  server.close();
});
