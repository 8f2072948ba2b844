import { expect, test } from 'vitest';
import { NO_DETAILS } from '../../src/core/runs/state.ts';
import { Follower } from '../../src/streams/runs/follower.ts';
import { type PlacedRow, Tail } from '../../src/streams/runs/tail.ts';
import { readTopic } from '../../src/streams/wakeUps/topic.ts';
import { positions, range, take } from './reading.ts';

const RUN = '01900000-0000-7000-8000-00000000000a';

const row = (position: number): PlacedRow => ({
  position,
  row: {
    id: RUN,
    flowRunId: RUN,
    version: position,
    type: 'RUNNING',
    name: 'Running',
    timestamp: 0,
    message: null,
    data: null,
    details: NO_DETAILS,
  },
});

/** A tail of a run with ten states, and the reads that it has requested. */
function tailAtTen() {
  const asked: string[] = [];
  const reads = { news: () => asked.push('news'), pages: () => asked.push('page') };
  const tail = new Tail(readTopic(`flowRunStates:${RUN}`), reads);
  tail.begin(10);
  return { tail, asked };
}

function followerAfter(tail: Tail, position: number): Follower {
  const follower = new Follower(tail, () => {});
  follower.startAfter(position);
  return follower;
}

test('a page in use is kept and an idle one is released', async () => {
  const { tail, asked } = tailAtTen();
  const follower = followerAfter(tail, 0);
  const first = take(follower, 1);
  tail.pageReading()?.take(range(1, 10).map(row), true);
  await first;
  for (let sweep = 0; sweep < 3; sweep += 1) {
    follower.letGoOfIdlePage();
    await take(follower, 1);
  }
  expect(asked).toEqual(['page']);
  follower.letGoOfIdlePage();
  follower.letGoOfIdlePage();
  const rest = take(follower, 6);
  expect(asked).toEqual(['page', 'page']);
  expect(tail.pageReading()?.after).toBe(4);
  tail.pageReading()?.take(range(5, 10).map(row), true);
  expect(positions(await rest)).toEqual(range(5, 10));
});

test('a follower that a page does not reach waits for the next page', async () => {
  const { tail } = tailAtTen();
  const [early, late] = [followerAfter(tail, 0), followerAfter(tail, 7)];
  const events = [take(early, 4), take(late, 1)];
  tail.pageReading()?.take(range(1, 4).map(row), false);
  expect(positions((await events[0]) ?? [])).toEqual([1, 2, 3, 4]);
  expect(tail.pageReading()?.after).toBe(7);
  tail.pageReading()?.take([row(8)], false);
  expect(positions((await events[1]) ?? [])).toEqual([8]);
  expect(tail.pageReading()).toBeNull();
});

test('a follower that left gets no events and requests no reads', () => {
  const { tail } = tailAtTen();
  const follower = followerAfter(tail, 0);
  void follower.next();
  follower.leave();
  expect(tail.pageReading()).toBeNull();
  expect(tail.newsReading()).toBeNull();
});

test('the events of a window are delivered before the stream ends', async () => {
  const { tail } = tailAtTen();
  const follower = followerAfter(tail, 10);
  tail.newsReading()?.take([row(11), row(12)], true);
  tail.finish(null);
  expect(positions(await take(follower, 3))).toEqual([11, 12]);
});

test('a stream rejects a second call of next() before the first is answered', async () => {
  const { tail } = tailAtTen();
  const follower = followerAfter(tail, 10);
  void follower.next();
  await expect(follower.next()).rejects.toThrow('one event at a time');
});
