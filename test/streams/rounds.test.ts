import { expect, test } from 'vitest';
import { Rounds } from '../../src/streams/wakeUps/rounds.ts';

test('items added in one turn share a round and those added during it are in the next', async () => {
  const worked: string[][] = [];
  const rounds = new Rounds<string>(async (items) => {
    worked.push(items);
    await null;
    if (worked.length === 1) for (const item of ['b', 'c', 'c']) rounds.add(item);
  });
  for (const item of ['a', 'b', 'a']) rounds.add(item);
  await rounds.settled();
  expect(worked).toEqual([
    ['a', 'b'],
    ['b', 'c'],
  ]);
});

test('only one round runs at a time', async () => {
  let underWay = 0;
  let most = 0;
  const rounds = new Rounds<number>(async () => {
    most = Math.max(most, ++underWay);
    await new Promise((resolve) => setImmediate(resolve));
    underWay -= 1;
  });
  for (let item = 0; item < 5; item += 1) {
    rounds.add(item);
    await null;
  }
  await rounds.settled();
  expect(most).toBe(1);
});

test('a round begins after an idle time', async () => {
  let rounds = 0;
  const counted = new Rounds<string>(async () => {
    rounds += 1;
  });
  counted.add('a');
  await counted.settled();
  counted.add('a');
  await counted.settled();
  expect(rounds).toBe(2);
});
