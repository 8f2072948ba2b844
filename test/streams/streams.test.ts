import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Database, type Statement, statement } from '../../src/store/connection/database.ts';
import { streamCursor } from '../../src/streams/runs/streamCursor.ts';
import { openStreams, type Streams } from '../../src/streams/streams.ts';
import { testDatabase } from '../support/postgres.ts';
import { waitFor } from '../support/waitFor.ts';
import { createRun, createTaskRun, KINDS, type Kind, topicOf, type WatchedRun, WRITERS } from './fixtures.ts';
import { cursors, inTime, positions, range, recordStatements, take } from './reading.ts';

let fresh: Awaited<ReturnType<typeof testDatabase>>;
let streams: Streams;
let run: WatchedRun;

beforeAll(async () => {
  fresh = await testDatabase();
});
afterAll(() => fresh.drop());
beforeEach(async () => {
  run = await createRun(fresh.database);
  // No poll: notifications alone deliver the events in these tests.
  streams = await openStreams(fresh.database, { pollMs: 3_600_000 });
});
afterEach(async () => {
  fresh.database.onStatement = null;
  await streams.close();
});

/** Writes `count` more events of a kind and sends a notification. */
async function write(kind: Kind, count: number): Promise<void> {
  await WRITERS[kind](run, count, fresh.database);
  streams.announce([topicOf(kind, run)]);
}

describe.each(KINDS)('%s', (kind) => {
  // A new run has one state and no log lines.
  const born = kind.endsWith('Logs') ? 0 : 1;

  test('a stream replays stored events and then sends new ones, once each and in order', async () => {
    await write(kind, 3);
    const events = await streams.follow(topicOf(kind, run));
    expect(positions(await take(events, born + 3))).toEqual(range(1, born + 3));
    const next = take(events, 4);
    await write(kind, 2);
    await write(kind, 2);
    const told = await next;
    expect(positions(told)).toEqual(range(born + 4, born + 7));
    expect(told.map(({ skipped }) => skipped)).toEqual([0, 0, 0, 0]);
  });

  test('a stream continues after any of its cursors', async () => {
    await write(kind, 5);
    const whole = await take(await streams.follow(topicOf(kind, run)), born + 5);
    for (const [index, after] of cursors(whole).entries()) {
      const events = await streams.follow(topicOf(kind, run), { after });
      expect(positions(await take(events, whole.length - index - 1))).toEqual(range(index + 2, whole.length));
      await events.return?.();
    }
  });

  test('a stream from now sends no stored events', async () => {
    await write(kind, 3);
    const events = await streams.follow(topicOf(kind, run), { fromNow: true });
    await write(kind, 1);
    expect(positions(await take(events, 1))).toEqual([born + 4]);
  });

  test.each([false, true])('a cursor ahead of the database is rejected, already followed: %s', async (isFollowed) => {
    if (isFollowed) await streams.follow(topicOf(kind, run));
    const after = streamCursor(topicOf(kind, run), born + 1);
    await expect(streams.follow(topicOf(kind, run), { after })).rejects.toMatchObject({
      code: 'INVALID_CURSOR',
      message: expect.stringContaining('restored to an earlier time'),
    });
  });

  test('a stream of an unknown run is NOT_FOUND', async () => {
    const nobody = { flowRunId: randomUUID(), taskRunId: randomUUID() };
    await expect(streams.follow(topicOf(kind, nobody))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('the stream of a deleted run ends', async () => {
    const polled = await openStreams(fresh.database, { pollMs: 10 });
    const events = await polled.follow(topicOf(kind, run));
    await take(events, born);
    await fresh.database.query(statement('test.delete', 'delete from flow_run where id = $1'), [run.flowRunId]);
    expect(await inTime(events.next(), 'the end')).toEqual({ done: true, value: undefined });
    await polled.close();
  });

  test('one statement reads many streams that are notified together', async () => {
    const runs = await Promise.all(range(1, 20).map(() => createRun(fresh.database)));
    const followed = await Promise.all(runs.map((each) => streams.follow(topicOf(kind, each), { fromNow: true })));
    const next = followed.map((events) => take(events, 1));
    await Promise.all(runs.map((each) => WRITERS[kind](each, 1, fresh.database)));
    const names = recordStatements(fresh.database);
    streams.announce(runs.map((each) => topicOf(kind, each)));
    for (const told of await Promise.all(next)) expect(positions(told)).toEqual([born + 1]);
    expect(names.filter((name) => name !== 'notify')).toEqual([`${kind}.after`]);
  });
});

test('a stream of the log lines of a task run contains only its own and no gaps', async () => {
  const other = await createTaskRun(fresh.database, run.flowRunId);
  await write('taskRunLogs', 1);
  await WRITERS.taskRunLogs({ ...run, taskRunId: other }, 3, fresh.database);
  await write('flowRunLogs', 3);
  await write('taskRunLogs', 1);
  const events = await take(await streams.follow(topicOf('taskRunLogs', run)), 2);
  expect(positions(events)).toEqual([1, 8]);
  expect(events.map(({ skipped }) => skipped)).toEqual([0, 0]);
});

test('a thousand subscribers of one run cost one read and share the event', async () => {
  const followed = await Promise.all(
    range(1, 1000).map(() => streams.follow(topicOf('flowRunStates', run), { fromNow: true })),
  );
  const next = followed.map((events) => take(events, 1));
  const names = recordStatements(fresh.database);
  await write('flowRunStates', 1);
  const told = (await Promise.all(next)).map(([event]) => event);
  expect(new Set(told).size).toBe(1);
  expect(names.filter((name) => name.endsWith('.after'))).toHaveLength(1);
});

test('a thousand subscribers that begin together share the reads of the head and the history', async () => {
  await write('flowRunLogs', 50);
  const names = recordStatements(fresh.database);
  const followed = await Promise.all(range(1, 1000).map(() => streams.follow(topicOf('flowRunLogs', run))));
  const told = await Promise.all(followed.map((events) => take(events, 50)));
  for (const events of told) expect(positions(events)).toEqual(range(1, 50));
  expect(names.filter((name) => name !== 'notify')).toEqual(['streamHeads.flowRunLogs', 'flowRunLogs.after']);
});

test('an event committed while a stream begins is delivered', async () => {
  const headIsRead = new EventEmitter();
  const slow: Database = {
    ...fresh.database,
    async query<Row>(asked: Statement, values?: readonly unknown[]) {
      const rows = await fresh.database.query<Row>(asked, values);
      if (asked.name.startsWith('streamHeads')) await once(headIsRead, 'answer');
      return rows;
    },
  };
  const slowly = await openStreams(slow, { pollMs: 3_600_000 });
  const starting = slowly.follow(topicOf('flowRunStates', run), { fromNow: true });
  // The head, 1, is being read while version 2 is written and its notification is sent.
  await waitFor(() => headIsRead.listenerCount('answer') > 0);
  await WRITERS.flowRunStates(run, 1, fresh.database);
  slowly.announce([topicOf('flowRunStates', run)]);
  headIsRead.emit('answer');
  expect(positions(await take(await starting, 1))).toEqual([2]);
  await slowly.close();
});

test('a run without subscribers is not read', async () => {
  const events = await streams.follow(topicOf('flowRunStates', run));
  await events.return?.();
  const names = recordStatements(fresh.database);
  await write('flowRunStates', 1);
  await waitFor(() => names.includes('notify'));
  expect(names).toEqual(['test.flowRunStates', 'notify']);
});

test('the poll skips a run without subscribers', async () => {
  const polling = await openStreams(fresh.database, { pollMs: 10 });
  const events = await polling.follow(topicOf('flowRunStates', run));
  await polling.follow(topicOf('flowRunLogs', run));
  await events.return?.();
  const names = recordStatements(fresh.database);
  await waitFor(() => names.filter((name) => name === 'streamHeads.flowRunLogs').length > 2);
  expect(names).not.toContain('streamHeads.flowRunStates');
  await polling.close();
});

test('return() immediately ends a waiting stream', async () => {
  const events = await streams.follow(topicOf('flowRunStates', run), { fromNow: true });
  const next = events.next();
  expect(await events.return?.()).toEqual({ done: true, value: undefined });
  expect(await inTime(next, 'the end')).toEqual({ done: true, value: undefined });
  expect(await events.next()).toEqual({ done: true, value: undefined });
});

test('an error thrown into a stream ends it', async () => {
  const events = await streams.follow(topicOf('flowRunStates', run), { fromNow: true });
  const next = events.next();
  await expect(events.throw?.(new Error('enough'))).rejects.toThrow('enough');
  expect(await inTime(next, 'the end')).toEqual({ done: true, value: undefined });
});

test('close() ends every stream and rejects new ones', async () => {
  const [waiting, idle] = await Promise.all([
    streams.follow(topicOf('flowRunStates', run), { fromNow: true }),
    streams.follow(topicOf('flowRunStates', run)),
  ]);
  const next = waiting.next();
  await streams.close();
  expect(await inTime(next, 'the end')).toEqual({ done: true, value: undefined });
  expect(await idle.next()).toEqual({ done: true, value: undefined });
  await expect(streams.follow(topicOf('flowRunStates', run))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});

test('an upper-case id is the same run', async () => {
  const capitals: WatchedRun = { ...run, flowRunId: run.flowRunId.toUpperCase() };
  const [first] = await take(await streams.follow(topicOf('flowRunStates', capitals)), 1);
  const events = await streams.follow(topicOf('flowRunStates', run), { after: first?.cursor ?? null });
  await write('flowRunStates', 1);
  expect(positions(await take(events, 1))).toEqual([2]);
});

test('a malformed id is rejected and affects no other stream', async () => {
  await expect(streams.follow('flowRunStates:none')).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  expect(positions(await take(await streams.follow(topicOf('flowRunStates', run)), 1))).toEqual([1]);
});
