import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { statement } from '../../src/store/connection/database.ts';
import { streamCursor } from '../../src/streams/runs/streamCursor.ts';
import { openStreams, type Streams } from '../../src/streams/streams.ts';
import { testDatabase } from '../support/postgres.ts';
import { waitFor } from '../support/waitFor.ts';
import { createRun, topicOf, type WatchedRun, WRITERS } from './fixtures.ts';
import { positions, range, recordStatements, take } from './reading.ts';

let fresh: Awaited<ReturnType<typeof testDatabase>>;
let streams: Streams;
let run: WatchedRun;

beforeAll(async () => {
  fresh = await testDatabase();
});
afterAll(() => fresh.drop());
beforeEach(async () => {
  run = await createRun(fresh.database);
  streams = await openStreams(fresh.database, { pollMs: 3_600_000 });
});
afterEach(async () => {
  fresh.database.onStatement = null;
  await streams.close();
});

async function writeLines(count: number): Promise<void> {
  await WRITERS.flowRunLogs(run, count, fresh.database);
  streams.announce([topicOf('flowRunLogs', run)]);
}

const pagesIn = (names: string[]) => names.filter((name) => name === 'flowRunLogs.after').length;

test('a subscriber slower than the window receives everything in order and does not delay others', async () => {
  const [slow, fast] = await Promise.all([
    streams.follow(topicOf('flowRunLogs', run)),
    streams.follow(topicOf('flowRunLogs', run)),
  ]);
  const first = take(slow, 1);
  for (let batch = 0; batch < 5; batch += 1) {
    await writeLines(700);
    expect(await take(fast, 700)).toHaveLength(700);
  }
  expect(positions(await first)).toEqual([1]);
  expect(positions(await take(slow, 3499))).toEqual(range(2, 3500));
  await writeLines(1);
  const [a, b] = await Promise.all([take(slow, 1), take(fast, 1)]);
  expect(a[0]).toBe(b[0]);
});

test('a slow subscriber reads missed events in pages and the newest from the window', async () => {
  const [slow, fast] = await Promise.all([
    streams.follow(topicOf('flowRunLogs', run)),
    streams.follow(topicOf('flowRunLogs', run)),
  ]);
  await writeLines(2000);
  await take(fast, 2000);
  const names = recordStatements(fresh.database);
  expect(positions(await take(slow, 2000))).toEqual(range(1, 2000));
  // The window holds 1489 to 2000; three pages come before it.
  expect(pagesIn(names)).toBe(3);
});

test('subscribers that resume together at different positions share pages', async () => {
  await writeLines(3000);
  const topic = topicOf('flowRunLogs', run);
  const names = recordStatements(fresh.database);
  const told = await Promise.all(
    range(1, 300).map(async (n) => {
      const from = n * 7;
      const events = await streams.follow(topic, { after: streamCursor(topic, from) });
      return { from, positions: positions(await take(events, 3000 - from)) };
    }),
  );
  for (const { from, positions } of told) expect(positions).toEqual(range(from + 1, 3000));
  expect(pagesIn(names)).toBeLessThan(30);
});

test('an unused page is released and read again when needed', async () => {
  await WRITERS.flowRunLogs(run, 400, fresh.database);
  const polling = await openStreams(fresh.database, { pollMs: 10 });
  const events = await polling.follow(topicOf('flowRunLogs', run));
  await take(events, 1);
  const names = recordStatements(fresh.database);
  await waitFor(() => names.filter((name) => name === 'streamHeads.flowRunLogs').length > 3);
  expect(positions(await take(events, 399))).toEqual(range(2, 400));
  expect(pagesIn(names)).toBe(1);
  await polling.close();
});

const deleteLines = (from: number, to: number) =>
  fresh.database.query(
    statement('test.deleteLines', 'delete from log where run_id = $1 and number between $2 and $3'),
    [run.flowRunId, from, to],
  );

test.each([
  {
    after: 0,
    told: [
      [1, 0],
      [2, 0],
      [3, 0],
      [7, 3],
    ],
  },
  {
    after: 3,
    told: [
      [7, 3],
      [8, 0],
    ],
  },
  {
    after: 5,
    told: [
      [7, 1],
      [8, 0],
    ],
  },
  {
    after: 6,
    told: [
      [7, 0],
      [8, 0],
    ],
  },
])(
  'after lines 4 to 6 are deleted, the next event after $after has the number of skipped lines',
  async ({ after, told }) => {
    await writeLines(10);
    await deleteLines(4, 6);
    const topic = topicOf('flowRunLogs', run);
    const events = await streams.follow(topic, { after: streamCursor(topic, after) });
    const taken = await take(events, told.length);
    expect(taken.map(({ position, skipped }) => [position, skipped])).toEqual(told);
  },
);

test('a waiting subscriber is sent the number of lines deleted before delivery', async () => {
  await writeLines(10);
  const topic = topicOf('flowRunLogs', run);
  const events = await streams.follow(topic, { fromNow: true });
  const next = take(events, 1);
  await WRITERS.flowRunLogs(run, 5, fresh.database);
  await deleteLines(11, 13);
  streams.announce([topic]);
  expect((await next).map(({ position, skipped }) => [position, skipped])).toEqual([[14, 3]]);
});

test('a cursor stays valid after all lines around it are deleted', async () => {
  await writeLines(10);
  await deleteLines(1, 10);
  const topic = topicOf('flowRunLogs', run);
  const events = await streams.follow(topic, { after: streamCursor(topic, 8) });
  const names = recordStatements(fresh.database);
  const next = take(events, 1);
  await writeLines(1);
  expect((await next).map(({ position, skipped }) => [position, skipped])).toEqual([[11, 2]]);
  expect(pagesIn(names)).toBeLessThanOrEqual(2);
});

test('each subscriber that shares an event gets its own number of skipped lines', async () => {
  await writeLines(10);
  const topic = topicOf('flowRunLogs', run);
  const atTen = await streams.follow(topic, { fromNow: true });
  await WRITERS.flowRunLogs(run, 5, fresh.database);
  await deleteLines(11, 14);
  const atTwelve = await streams.follow(topic, { after: streamCursor(topic, 12) });
  streams.announce([topic]);
  expect((await take(atTen, 1)).map(({ position, skipped }) => [position, skipped])).toEqual([[15, 4]]);
  expect((await take(atTwelve, 1)).map(({ position, skipped }) => [position, skipped])).toEqual([[15, 2]]);
});
