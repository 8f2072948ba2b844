import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Database, statement } from '../../src/store/connection/database.ts';
import { openDatabase } from '../../src/store/connection/openDatabase.ts';
import { openStreams, type Streams } from '../../src/streams/streams.ts';
import type { Topic } from '../../src/streams/wakeUps/topic.ts';
import { payloads } from '../../src/streams/wakeUps/wakeUps.ts';
import { testDatabase } from '../support/postgres.ts';
import { waitFor } from '../support/waitFor.ts';
import { createRun, KINDS, topicOf, type WatchedRun, WRITERS } from './fixtures.ts';
import { positions, range, recordStatements, take } from './reading.ts';

const NEVER_MS = 3_600_000;

// Two servers on one database: `here` follows, `there` writes.
let fresh: Awaited<ReturnType<typeof testDatabase>>;
let databaseThere: Database;
let here: Streams;
let there: Streams;
let run: WatchedRun;

beforeAll(async () => {
  fresh = await testDatabase();
  databaseThere = await openDatabase({ url: fresh.url });
});
afterAll(async () => {
  await databaseThere.close();
  await fresh.drop();
});
beforeEach(async () => {
  run = await createRun(fresh.database);
  here = await openStreams(fresh.database, { pollMs: NEVER_MS });
  there = await openStreams(databaseThere, { pollMs: NEVER_MS });
});
afterEach(async () => {
  databaseThere.onStatement = null;
  await here.close();
  await there.close();
});

async function writeThere(count: number): Promise<void> {
  await WRITERS.flowRunStates(run, count, databaseThere);
  there.announce([topicOf('flowRunStates', run)]);
}

const LISTENERS = `from pg_stat_activity where datname = current_database() and query like 'listen %'`;
const COUNT = statement('test.listeners', `select count(*) as count ${LISTENERS}`);
const KILL = statement('test.killListeners', `select pid, pg_terminate_backend(pid) ${LISTENERS}`);
const LEFT = statement('test.left', 'select pid from pg_stat_activity where pid = any($1::int[])');

async function listeners(): Promise<number> {
  const [row] = await fresh.database.query<{ count: number }>(COUNT);
  return row?.count ?? 0;
}

test.each(KINDS)('events written by one server are delivered by another: %s', async (kind) => {
  const events = await here.follow(topicOf(kind, run), { fromNow: true });
  const next = take(events, 2);
  await WRITERS[kind](run, 2, databaseThere);
  there.announce([topicOf(kind, run)]);
  expect(await next).toHaveLength(2);
});

test('a cursor of one server is valid at another that has not received the event yet', async () => {
  const deaf = await openStreams(
    { ...fresh.database, listen: async () => ({ close: async () => {} }) },
    { pollMs: NEVER_MS },
  );
  await take(await deaf.follow(topicOf('flowRunStates', run)), 1);
  const ahead = await there.follow(topicOf('flowRunStates', run));
  await writeThere(2);
  const last = (await take(ahead, 3)).at(-1);
  const events = await deaf.follow(topicOf('flowRunStates', run), { after: last?.cursor ?? null });
  await writeThere(1);
  deaf.announce([topicOf('flowRunStates', run)]);
  expect(positions(await take(events, 1))).toEqual([4]);
  await deaf.close();
});

test('a server that lost its listening connection delivers the missed events', async () => {
  const events = await here.follow(topicOf('flowRunStates', run), { fromNow: true });
  const killed = await fresh.database.query<{ pid: number }>(KILL);
  await waitFor(async () => (await fresh.database.query(LEFT, [killed.map(({ pid }) => pid)])).length === 0);
  const next = take(events, 3);
  await writeThere(3);
  expect(positions(await next)).toEqual([2, 3, 4]);
  expect(await listeners()).toBeGreaterThan(0);
});

test('the poll delivers events if every notification is lost', async () => {
  const deaf: Database = { ...fresh.database, listen: async () => ({ close: async () => {} }) };
  const polling = await openStreams(deaf, { pollMs: 20 });
  const events = await polling.follow(topicOf('flowRunStates', run), { fromNow: true });
  const next = take(events, 2);
  await writeThere(2);
  expect(positions(await next)).toEqual([2, 3]);
  await polling.close();
});

test('many notifications are sent in one statement', async () => {
  const names = recordStatements(databaseThere);
  for (let time = 0; time < 100; time += 1)
    there.announce([topicOf('flowRunStates', run), topicOf('flowRunLogs', run)]);
  await there.close();
  expect(names).toEqual(['notify']);
});

test('notifications are packed into few payloads within the limit of PostgreSQL', async () => {
  const topics = range(1, 1000).map(
    (n): Topic => `flowRunTaskRunStates:01900000-0000-7000-8000-${String(n).padStart(12, '0')}`,
  );
  const packed = payloads('sender', topics);
  expect(packed.flatMap((payload) => payload.split(' ').slice(1))).toEqual(topics);
  expect(packed).toHaveLength(8);
  const received: string[] = [];
  const listener = await databaseThere.listen('flowql', {
    message: (payload) => received.push(payload),
    connected() {},
  });
  here.announce(topics);
  await waitFor(() => received.length === packed.length);
  await listener.close();
});

test('topics beyond ten thousand waiting ones are left to the poll', async () => {
  const received: string[] = [];
  const listener = await databaseThere.listen('flowql', {
    message: (payload) => received.push(...payload.split(' ').slice(1)),
    connected() {},
  });
  here.announce(range(1, 12_000).map((n): Topic => `flowRunLogs:${n}`));
  await here.close();
  await waitFor(() => received.at(-1) === 'flowRunLogs:10000');
  expect(received).toHaveLength(10_000);
  await listener.close();
});

test('a server ignores its own notifications', async () => {
  const events = await here.follow(topicOf('flowRunStates', run), { fromNow: true });
  const heard: string[] = [];
  const listener = await fresh.database.listen('flowql', { message: (payload) => heard.push(payload), connected() {} });
  const names = recordStatements(fresh.database);
  const next = take(events, 1);
  await WRITERS.flowRunStates(run, 1, fresh.database);
  here.announce([topicOf('flowRunStates', run)]);
  await next;
  await waitFor(() => heard.length === 1);
  // A read caused by that notification would come before this one.
  await here.follow(topicOf('flowRunLogs', run));
  expect(names.filter((name) => name.endsWith('.after'))).toHaveLength(1);
  await listener.close();
  fresh.database.onStatement = null;
});

test('an unknown notification is ignored', async () => {
  const events = await here.follow(topicOf('flowRunStates', run), { fromNow: true });
  for (const payload of ['', ' ', 'someone', 'someone nothing:here', '{"a":1}']) {
    await fresh.database.query(statement('test.notify', `select pg_notify('flowql', $1)`), [payload]);
  }
  const next = take(events, 1);
  await writeThere(1);
  expect(positions(await next)).toEqual([2]);
});
