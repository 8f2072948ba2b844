import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { statement } from '../../src/store/connection/database.ts';
import { openDatabase } from '../../src/store/connection/openDatabase.ts';
import { testDatabase } from '../support/postgres.ts';

const selectOne = statement('test.one', 'select 1 as one');

test('a query on a silent network fails within its time-out and the next one succeeds', async () => {
  const opened = await testDatabase();
  const target = new URL(opened.url);
  const port = Number(target.port);
  let swallows = false;
  const network = net.createServer((inside) => {
    const outside = net.connect(port, target.hostname);
    for (const [from, to] of [[inside, outside] as const, [outside, inside] as const]) {
      from.on('data', (data) => swallows || to.write(data)).on('error', () => {});
      from.on('close', () => to.destroy());
    }
  });
  network.listen(0, '127.0.0.1');
  await once(network, 'listening');
  target.port = String((network.address() as AddressInfo).port); // The cast: it listens on a port.
  const far = await openDatabase({ url: target.href, poolSize: 2, answerTimeoutMs: 3_000 });
  const writes = () => far.transaction((transaction) => transaction.query(selectOne));
  await writes();
  swallows = true;
  await expect(writes()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  swallows = false;
  expect(await writes()).toEqual([{ one: 1 }]);
  await far.close();
  network.close();
  await opened.drop();
});
