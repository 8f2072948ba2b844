import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EVERYTHING, type Filter } from '../../src/core/filters/filter.ts';
import { DEFAULT_TENANT_ID } from '../../src/core/values/viewer.ts';
import { type Database, type Queryable, statement } from '../../src/store/connection/database.ts';
import { openDatabase } from '../../src/store/connection/openDatabase.ts';
import { flowRunPage } from '../../src/store/flowRuns/flowRuns.ts';
import { type FlowRunChangesEvent, openStreams, type Streams } from '../../src/streams/streams.ts';
import { testDatabase } from '../support/postgres.ts';
import { random } from '../support/random.ts';
import { waitFor } from '../support/waitFor.ts';
import { range, take } from './reading.ts';
import { RunList, shapesOf, TAKE_A_NUMBER } from './runList.ts';

// Two servers on one database, writers at both, and subscribers that disconnect, stay away during some writes, and reconnect
// to another server. At the end each list must equal the result of a query. Writers hold their transactions open after they
// took a number, so that they commit in another order than their numbers.

const WRITERS_PER_SERVER = 6;
const WRITES_PER_WRITER = 40;
const FOLLOWERS = 30;
const MOST_RUNS = 120;

interface Server {
  database: Database;
  streams: Streams;
}

let fresh: Awaited<ReturnType<typeof testDatabase>>;
let servers: Server[];
const flowId = randomUUID();

beforeAll(async () => {
  fresh = await testDatabase();
  const databases = [fresh.database, await openDatabase({ url: fresh.url })];
  servers = await Promise.all(
    databases.map(async (database) => ({ database, streams: await openStreams(database, { pollMs: 100 }) })),
  );
  await fresh.database.query(statement('test.flow', "insert into flow (id, tenant_id, name) values ($1, $2, 'flow')"), [
    flowId,
    DEFAULT_TENANT_ID,
  ]);
});
afterAll(async () => {
  await Promise.all(servers.map(({ streams }) => streams.close()));
  await servers[1]?.database.close();
  await fresh.drop();
});

const SLEEP = statement('test.sleep', 'select pg_sleep($1::float8 / 1000)');
const CREATE = statement(
  'test.create',
  `insert into flow_run (id, tenant_id, flow_id, name, tags, version, state_id, state_type, state_name, state_timestamp)
   values (gen_random_uuid(), $1, $2, 'new', $3, 1, gen_random_uuid(), $4::text::"state_type", $4, now())`,
);
const one = '(select id from flow_run order by random() limit 1)';
const MOVE = statement(
  'test.move',
  `update flow_run set version = version + 1, state_type = $1::text::"state_type", state_name = $1 where id = ${one}`,
);
const TAG = statement('test.tag', `update flow_run set tags = $1 where id = ${one}`);
const RENAME = statement('test.rename', `update flow_run set name = $1 where id = ${one}`);
const DELETE = statement('test.delete', `delete from flow_run where id = ${one}`);
const COUNT = statement('test.count', 'select count(*) as count from flow_run');

const field = (name: string, operator: 'in' | 'hasAny', ...value: string[]): Filter => ({
  field: name,
  operator,
  value,
});
const FILTERS: Filter[] = [
  EVERYTHING,
  field('stateType', 'in', 'RUNNING'),
  field('tags', 'hasAny', 'a'),
  { and: [{ not: field('stateType', 'in', 'RUNNING', 'PENDING') }, field('tags', 'hasAny', 'a', 'b')] },
  field('name', 'in', 'new'),
];

test.each([1, 2, Date.now()])('every list of runs equals its query at the end (seed %d)', async (seed) => {
  const { below, one: oneOf, some } = random(seed);
  let writing = true;
  let writes = 0;
  const tags = () => JSON.stringify(some(['a', 'b', 'c']));
  const type = () => oneOf(['PENDING', 'RUNNING', 'COMPLETED', 'FAILED']);
  const create = (to: Queryable) => to.query(CREATE, [DEFAULT_TENANT_ID, flowId, tags(), type()]);
  const changes: ((to: Queryable) => Promise<unknown>)[] = [
    (to) => to.query(MOVE, [type()]),
    (to) => to.query(MOVE, [type()]),
    (to) => to.query(TAG, [tags()]),
    (to) => to.query(RENAME, [`name ${below(1000)}`]),
    async (to) => {
      const [row] = await to.query<{ count: number }>(COUNT);
      return (row?.count ?? 0) < MOST_RUNS ? create(to) : to.query(DELETE);
    },
    (to) => to.query(DELETE),
  ];

  async function write({ database, streams }: Server): Promise<void> {
    for (let written = 0; written < WRITES_PER_WRITER; written += 1) {
      const [beforeMs, afterMs] = [below(15), below(15)];
      await database
        .transaction(async (transaction) => {
          await transaction.query(TAKE_A_NUMBER);
          await transaction.query(SLEEP, [beforeMs]);
          await oneOf(changes)(transaction);
          await transaction.query(SLEEP, [afterMs]);
        })
        .catch(ifDeadlocked);
      writes += 1;
      // Now and then a server dies before it sends its notification.
      if (below(10) > 0) streams.announce([`flowRunChanges:${DEFAULT_TENANT_ID}`]);
    }
  }

  const open = new Set<AsyncIterator<FlowRunChangesEvent>>();

  const begin = (filter: Filter, list: RunList) =>
    oneOf(servers).streams.followFlowRuns({
      tenantId: DEFAULT_TENANT_ID,
      filter,
      after: list.cursor,
      first: 200,
      wantsCounts: true,
    });

  async function follow(filter: Filter): Promise<RunList> {
    const list = new RunList();
    while (writing) {
      const events = await begin(filter, list);
      open.add(events);
      if (writing) for (const event of await take(events, 1 + below(30))) list.apply(event);
      open.delete(events);
      await events.return?.();
      const back = writes + below(30);
      await waitFor(() => !writing || writes >= back);
    }
    return list;
  }

  /** Follows until the list and the counts are right or the deadline passes. */
  async function end(filter: Filter, list: RunList): Promise<void> {
    const events = await begin(filter, list);
    const following = (async () => {
      for await (const event of events) list.apply(event);
    })();
    const { rows } = await flowRunPage(fresh.database, DEFAULT_TENANT_ID, { filter, page: { first: 200 } });
    const shapes = shapesOf(rows.map(({ row }) => row));
    const counted = () => [...(list.counts?.values() ?? [])].reduce((sum, count) => sum + count, 0);
    await waitFor(() => list.shapes.join() === shapes.join() && counted() === shapes.length).catch(() => {});
    await events.return?.();
    await following;
    expect(list.shapes, JSON.stringify(filter)).toEqual(shapes);
    expect(counted(), JSON.stringify(filter)).toEqual(shapes.length);
  }

  async function writeAll(): Promise<void> {
    await Promise.all(servers.flatMap((server) => range(1, WRITERS_PER_SERVER).map(() => write(server))));
    writing = false;
    for (const events of open) await events.return?.();
  }

  for (let made = 0; made < MOST_RUNS / 2; made += 1) await create(fresh.database);
  const followed = range(1, FOLLOWERS).map(() => oneOf(FILTERS));
  const [lists] = await Promise.all([
    Promise.all(followed.map(async (filter) => ({ filter, list: await follow(filter) }))),
    writeAll(),
  ]);
  await Promise.all(lists.map(({ filter, list }) => end(filter, list)));
});

/** Ignores deadlocks: two statements may change the same runs in another order. */
function ifDeadlocked(error: unknown): void {
  if (!(error instanceof Error) || !('code' in error) || error.code !== '40P01') throw error;
}
