import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, statement } from '../../src/store/connection/database.ts';
import { openDatabase } from '../../src/store/connection/openDatabase.ts';
import { openStreams, type StreamEvent, type Streams } from '../../src/streams/streams.ts';
import { testDatabase } from '../support/postgres.ts';
import { random } from '../support/random.ts';
import { waitFor } from '../support/waitFor.ts';
import { createRun, KINDS, type Kind, topicOf, type WatchedRun, WRITERS } from './fixtures.ts';
import { positions, range, take } from './reading.ts';

// Two servers on one database, writers at both, and subscribers that disconnect, stay away during some writes, and reconnect
// to another server. Writers hold their transactions open after they took a number.

const RUNS = 3;
const WRITERS_PER_SERVER = 6;
const WRITES_PER_WRITER = 40;
const FOLLOWERS = 60;

interface Server {
  database: Database;
  streams: Streams;
}

let fresh: Awaited<ReturnType<typeof testDatabase>>;
let servers: Server[];

beforeAll(async () => {
  fresh = await testDatabase();
  const databases = [fresh.database, await openDatabase({ url: fresh.url })];
  servers = await Promise.all(
    databases.map(async (database) => ({ database, streams: await openStreams(database, { pollMs: 100 }) })),
  );
});
afterAll(async () => {
  await Promise.all(servers.map(({ streams }) => streams.close()));
  await servers[1]?.database.close();
  await fresh.drop();
});

const SLEEP = statement('test.sleep', 'select pg_sleep($1::float8 / 1000)');
const KILL_LISTENERS = statement(
  'test.killListeners',
  `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like 'listen %'`,
);

test.each([1, 2, Date.now()])('every subscriber receives the events of the table (seed %d)', async (seed) => {
  const { below, one } = random(seed);
  const runs = await Promise.all(range(1, RUNS).map(() => createRun(fresh.database)));
  let writing = true;
  let writes = 0;

  async function write({ database, streams }: Server): Promise<void> {
    for (let written = 0; written < WRITES_PER_WRITER; written += 1) {
      const run = one(runs);
      const kind = one(KINDS);
      const [count, heldMs] = [1 + below(20), below(8)];
      await database.transaction(async (transaction) => {
        await WRITERS[kind](run, count, transaction);
        await transaction.query(SLEEP, [heldMs]);
      });
      writes += 1;
      // Now and then a server dies before it sends its notification.
      if (below(10) > 0) streams.announce(KINDS.map((each) => topicOf(each, run)));
      if (below(50) === 0) await database.query(KILL_LISTENERS);
    }
  }

  const open = new Set<AsyncIterator<StreamEvent>>();

  async function follow(kind: Kind, run: WatchedRun): Promise<StreamEvent[]> {
    const told: StreamEvent[] = [];
    while (writing) {
      const events = await resume(kind, run, told);
      open.add(events);
      if (writing) told.push(...(await take(events, 1 + below(60))));
      open.delete(events);
      await events.return?.();
      const back = writes + below(30);
      await waitFor(() => !writing || writes >= back);
    }
    const last = (await table(kind, run)).at(-1);
    const events = await resume(kind, run, told);
    while (told.at(-1)?.position !== last) told.push(...(await take(events, 1)));
    await events.return?.();
    return told;
  }

  const resume = (kind: Kind, run: WatchedRun, told: readonly StreamEvent[]) =>
    one(servers).streams.follow(topicOf(kind, run), { after: told.at(-1)?.cursor ?? null });

  async function writeAll(): Promise<void> {
    await Promise.all(servers.flatMap((server) => range(1, WRITERS_PER_SERVER).map(() => write(server))));
    writing = false;
    for (const events of open) await events.return?.();
  }

  const followed = range(1, FOLLOWERS).map(() => ({ kind: one(KINDS), run: one(runs) }));
  const [stories] = await Promise.all([
    Promise.all(followed.map(async ({ kind, run }) => ({ kind, run, told: await follow(kind, run) }))),
    writeAll(),
  ]);
  for (const { kind, run, told } of stories) expect(positions(told), kind).toEqual(await table(kind, run));
  for (const { kind, told } of stories)
    expect(
      told.filter(({ skipped }) => skipped > 0),
      kind,
    ).toEqual([]);
});

const TABLES: { [Name in Kind]: string } = {
  flowRunStates: 'select version as position from flow_run_state where flow_run_id = $1 order by 1',
  taskRunStates: 'select version as position from task_run_state where task_run_id = $1 order by 1',
  flowRunTaskRunStates: 'select position from task_run_state where flow_run_id = $1 order by 1',
  flowRunLogs: 'select number as position from log where flow_run_id = $1 order by 1',
  taskRunLogs: 'select number as position from log where task_run_id = $1 order by 1',
};

async function table(kind: Kind, { flowRunId, taskRunId }: WatchedRun): Promise<number[]> {
  const id = kind.startsWith('flowRun') ? flowRunId : taskRunId;
  const rows = await fresh.database.query<{ position: number }>(statement(`test.${kind}`, TABLES[kind]), [id]);
  return rows.map(({ position }) => position);
}
