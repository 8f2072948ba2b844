import { expect, test, vi } from 'vitest';
import { FairTurns, type FairTurnsOptions, type Lane, type Turn } from '../../src/store/sharing/fairTurns.ts';

const fairTurns = (options: Partial<FairTurnsOptions>) =>
  new FairTurns({
    size: 3,
    slow: 1,
    slowAfterMs: 60_000,
    maxWaiting: 100,
    maxWaitMs: { quick: 60_000, slow: 60_000 },
    ...options,
  });

/** Takes turns, and records who got one. */
function taker(turns: FairTurns) {
  const begun: string[] = [];
  const asked: string[] = [];
  const open = new Map<string, Turn>();
  const take = async (name: string, { lane = 'quick', gone }: { lane?: Lane; gone?: AbortSignal } = {}) => {
    const giveWay = () => void asked.push(name);
    const turn = await turns.take({ group: name.slice(0, 1), lane, giveWay, gone });
    begun.push(name);
    open.set(name, turn);
  };
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return {
    begun,
    asked,
    settle,
    take,
    /** Takes a turn for each name, without waiting for it. */
    async all(...names: string[]) {
      for (const name of names) take(name).catch(() => {});
      await settle();
    },
    async end(name: string) {
      open.get(name)?.end();
      await settle();
    },
  };
}

test('one group never has all turns, and the next group gets its turn at once', async () => {
  const { begun, all } = taker(fairTurns({ size: 3 }));
  await all('a1', 'a2', 'a3', 'a4', 'b1');
  expect(begun).toEqual(['a1', 'a2', 'b1']);
});

test('groups that wait get turns one after the other, however many wait in each', async () => {
  const { begun, all, end } = taker(fairTurns({ size: 2 }));
  await all('a1', 'b1', 'a2', 'a3', 'a4', 'b2', 'c1');
  for (const name of ['a1', 'a2', 'b1', 'c1', 'b2', 'a3']) await end(name);
  expect(begun).toEqual(['a1', 'b1', 'a2', 'c1', 'b2', 'a3', 'a4']);
});

test('a full queue rejects the group that filled it, and no other', async () => {
  const { begun, all, take } = taker(fairTurns({ size: 2, maxWaiting: 2 }));
  await all('a1', 'a2', 'a3');
  await expect(take('a4')).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    details: { limit: 'waitingStatements', max: 2 },
  });
  await take('b1');
  expect(begun).toEqual(['a1', 'b1']);
});

test('a turn that does not come in time is UNAVAILABLE, and leaves the queue', async () => {
  const { begun, all, end, take } = taker(fairTurns({ size: 1, maxWaitMs: { quick: 1, slow: 1 } }));
  await all('a1');
  await expect(take('a2')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await end('a1');
  await all('a3');
  expect(begun).toEqual(['a1', 'a3']);
});

test('a client that has gone loses its place in the queue', async () => {
  const { begun, all, end, take } = taker(fairTurns({ size: 1 }));
  const gone = new AbortController();
  await all('a1');
  const waiting = take('a2', { gone: gone.signal });
  const behind = take('a3');
  gone.abort();
  await expect(waiting).rejects.toThrow('no longer waits');
  await expect(take('a4', { gone: gone.signal })).rejects.toThrow('no longer waits');
  await end('a1');
  await behind;
  expect(begun).toEqual(['a1', 'a3']);
});

test('slow work gives way to quick work that waits, except for a few', async () => {
  const { asked, all } = taker(fairTurns({ size: 4, slow: 1, slowAfterMs: 0 }));
  await all('a1', 'a2', 'a3', 'b1');
  expect(asked).toEqual([]);
  await all('c1');
  expect(asked).toHaveLength(1);
  await all('c2', 'c3', 'c4');
  // The group with the most turns gives way, and no more than it must.
  expect(asked).toEqual(['a3', 'a2', 'a1']);
});

test('work becomes slow while quick work waits', async () => {
  const { asked, all, begun, end } = taker(fairTurns({ size: 2, slow: 0, slowAfterMs: 20 }));
  await all('a1', 'b1', 'c1');
  expect(asked).toEqual([]);
  await expect.poll(() => asked.length, { timeout: 60_000 }).toBeGreaterThan(0);
  await end(asked[0] ?? '');
  expect(begun).toEqual(['a1', 'b1', 'c1']);
});

test('work that is known to be slow takes only the turns that slow work may keep, and does not give way', async () => {
  const { begun, asked, take, all, end, settle } = taker(fairTurns({ size: 3, slow: 1, slowAfterMs: 60_000 }));
  void take('a1', { lane: 'slow' });
  void take('b1', { lane: 'slow' });
  await settle();
  expect(begun).toEqual(['a1']);
  await all('a2', 'b2', 'c1');
  expect(begun).toEqual(['a1', 'a2', 'b2']);
  // Slow work goes first, or it would never have a turn.
  await end('a1');
  expect(begun).toEqual(['a1', 'a2', 'b2', 'b1']);
  expect(asked).toEqual([]);
});

test('a turn that becomes slow while the others are judged gives way, too', () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  let now = 0;
  // The time passes between any two readings.
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => {
    now += 0.01;
    return now;
  });
  try {
    const { asked, take } = taker(fairTurns({ slowAfterMs: 500 }));
    take('a1');
    now = 0.015;
    take('a2');
    take('a3').catch(() => {});
    // Now a1 is slow, and a2 becomes slow between the first reading and the third.
    now = 500;
    vi.advanceTimersByTime(500);
    now = 502;
    vi.advanceTimersByTime(2);
    expect(asked).toEqual(['a2']);
  } finally {
    clock.mockRestore();
    vi.useRealTimers();
  }
});
