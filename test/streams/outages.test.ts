import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Database, statement } from '../../src/store/connection/database.ts';
import { openDatabase } from '../../src/store/connection/openDatabase.ts';
import { openStreams } from '../../src/streams/streams.ts';
import { testDatabase } from '../support/postgres.ts';
import { startNode } from '../support/startNode.ts';
import { waitFor } from '../support/waitFor.ts';
import { createRun, topicOf, type WatchedRun, WRITERS } from './fixtures.ts';
import { inTime, positions, take } from './reading.ts';

let fresh: Awaited<ReturnType<typeof testDatabase>>;
let administrator: Database;
let name: string;
let run: WatchedRun;

beforeAll(async () => {
  fresh = await testDatabase();
  const address = new URL(fresh.url);
  name = address.pathname.slice(1);
  address.pathname = '/postgres';
  administrator = await openDatabase({ url: address.href, poolSize: 1 });
});
afterAll(async () => {
  await administrator.close();
  await fresh.drop();
});
beforeEach(async () => {
  run = await createRun(fresh.database);
});
afterEach(() => allowConnections(true));

async function allowConnections(allowed: boolean): Promise<void> {
  // A command takes no parameters. The name is safe: it is the test's own.
  await administrator.query(
    statement(`test.allow.${allowed}`, `alter database "${name}" with allow_connections ${allowed}`),
  );
}

const connections = 'from pg_stat_activity where datname = $1';
const KILL = statement('test.kill', `select pg_terminate_backend(pid) ${connections}`);
const COUNT = statement('test.connections', `select count(*) as count ${connections}`);
async function countConnections(): Promise<number> {
  const [row] = await administrator.query<{ count: number }>(COUNT, [name]);
  return row?.count ?? 0;
}

test('subscribers survive an outage of the database and miss nothing', async () => {
  const errors: unknown[] = [];
  const streams = await openStreams(fresh.database, { pollMs: 3_600_000, onError: (error) => errors.push(error) });
  const events = await streams.follow(topicOf('flowRunStates', run), { fromNow: true });
  const next = take(events, 3);
  await WRITERS.flowRunStates(run, 3, fresh.database);
  await allowConnections(false);
  await administrator.query(KILL, [name]);
  await waitFor(async () => (await countConnections()) === 0);
  streams.announce([topicOf('flowRunStates', run)]);
  await waitFor(() => errors.length >= 3);
  await allowConnections(true);
  expect(positions(await next)).toEqual([2, 3, 4]);
  await streams.close();
});

test('streams can be closed while the database is unreachable', async () => {
  let errors = 0;
  const streams = await openStreams(fresh.database, { pollMs: 3_600_000, onError: () => errors++ });
  const events = await streams.follow(topicOf('flowRunStates', run), { fromNow: true });
  const next = events.next();
  await allowConnections(false);
  await administrator.query(KILL, [name]);
  await waitFor(async () => (await countConnections()) === 0);
  streams.announce([topicOf('flowRunStates', run)]);
  await waitFor(() => errors > 2);
  await inTime(streams.close(), 'close');
  expect(await next).toEqual({ done: true, value: undefined });
});

test('a stream can begin again after the database rejected it', async () => {
  const streams = await openStreams(fresh.database);
  await allowConnections(false);
  await administrator.query(KILL, [name]);
  await waitFor(async () => (await countConnections()) === 0);
  await expect(streams.follow(topicOf('flowRunStates', run))).rejects.toThrow();
  await allowConnections(true);
  expect(positions(await take(await streams.follow(topicOf('flowRunStates', run)), 1))).toEqual([1]);
  await streams.close();
});

test('a stream ends with INVALID_CURSOR after the database is restored to an earlier time', async () => {
  const streams = await openStreams(fresh.database, { pollMs: 10 });
  await WRITERS.flowRunStates(run, 4, fresh.database);
  const events = await streams.follow(topicOf('flowRunStates', run));
  await take(events, 5);
  const next = inTime(events.next(), 'the end');
  const restored = statement(
    'test.restore',
    `with back as (update flow_run set version = 3 where id = $1)
     delete from flow_run_state where flow_run_id = $1 and version > 3`,
  );
  await Promise.all([
    expect(next).rejects.toMatchObject({
      code: 'INVALID_CURSOR',
      message: expect.stringContaining('restored to an earlier time'),
    }),
    fresh.database.query(restored, [run.flowRunId]),
  ]);
  expect(await events.next()).toEqual({ done: true, value: undefined });
  expect(positions(await take(await streams.follow(topicOf('flowRunStates', run)), 3))).toEqual([1, 2, 3]);
  await streams.close();
});

test('a process ends by itself after its streams are closed', async () => {
  const child = startNode(['--import', 'tsx', 'test/streams/followAndClose.ts', fresh.url, run.flowRunId]);
  try {
    const [code] = await inTime(once(child, 'exit'), 'the process to end');
    expect(code).toBe(0);
  } finally {
    child.kill();
  }
});
