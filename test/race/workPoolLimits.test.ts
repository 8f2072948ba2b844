import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../../src/actions/writing/newId.ts';
import { type Database, statement } from '../../src/store/connection/database.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { buildProgram, type Mutation } from '../support/program.ts';
import { type ServerProcess, startServerProcess } from '../support/serverProcess.ts';
import { DEADLINE_MS } from '../support/waitFor.ts';

// Two server processes, a work pool with a limit of three, and six workers, three for each of its two queues, that poll and
// move what they are offered. One process is killed on the way, and the workers continue on the other. An observer counts the
// active runs meanwhile. The same race on servers that do not lock the pool must fail.

const RUNS = 24;
const LIMIT = 3;
const WORKERS = 6;

const AT_WORK = statement(
  'race.atWorkInPool',
  `select count(*) filter (where state_type in ('PENDING', 'RUNNING')) as "atWork",
     count(*) filter (where state_type = 'COMPLETED') as completed from flow_run where flow_id = $1`,
);

class Rejected extends Error {}

async function send<Data>(url: string, query: string, variables: object): Promise<Data> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data: Data; errors?: unknown[] }; // The cast: the form of a GraphQL answer.
  if (errors) throw new Rejected(JSON.stringify(errors));
  return data;
}

const POLL =
  'mutation ($input: PollWorkPoolInput!) { polled: pollWorkPool(input: $input) { flowRuns { id version state { type } } } }';
const MOVE = 'mutation ($input: SetFlowRunStateInput!) { moved: setFlowRunState(input: $input) { verdict } }';
const CREATE = 'mutation ($input: CreateFlowRunInput!) { createFlowRun(input: $input) { flowRun { id } } }';

/** Polls and moves runs to their ends on random servers, until the race is over. */
async function work(urls: readonly string[], place: object, isOver: () => boolean): Promise<void> {
  /** Null if the server rejected the request. A killed server rejects nothing: the other one gets the same request. */
  async function ask<Data>(query: string, input: object): Promise<Data | null> {
    for (;;)
      try {
        return await send<Data>(urls[Math.floor(Math.random() * urls.length)] ?? '', query, { input });
      } catch (error) {
        if (error instanceof Rejected || isOver()) return null;
      }
  }
  const move = async (flowRunId: string, type: string, more: object = {}) =>
    (
      await ask<{ moved: { verdict: string } }>(MOVE, {
        flowRunId,
        state: { type },
        idempotencyKey: newId(),
        ...more,
      })
    )?.moved.verdict;
  while (!isOver()) {
    const polled = await ask<{ polled: { flowRuns: { id: string; version: number; state: { type: string } }[] } }>(
      POLL,
      {
        ...place,
        limit: LIMIT,
      },
    );
    await Promise.all(
      (polled?.polled.flowRuns ?? []).map(async ({ id, version, state }) => {
        // A run that another worker has completed meanwhile must not begin again.
        if (state.type !== 'SCHEDULED') return;
        if ((await move(id, 'PENDING', { expectedVersion: version })) !== 'ACCEPT') return;
        await move(id, 'RUNNING');
        await move(id, 'COMPLETED');
      }),
    );
  }
}

async function race(database: Database, databaseUrl: string, mutation?: Mutation) {
  const program = await buildProgram(mutation);
  const servers: ServerProcess[] = [];
  try {
    for (const _ of ['one', 'another']) servers.push(await startServerProcess(program, databaseUrl));
    const urls = servers.map(({ url }) => url);
    const [url = ''] = urls;
    const name = `pool ${newId()}`;
    const pool = { name, type: 'process', concurrencyLimit: LIMIT };
    await send(url, 'mutation ($p: CreateWorkPoolInput!) { createWorkPool(input: $p) { workPool { id } } }', {
      p: pool,
    });
    const queue = { workPoolName: name, name: 'other' };
    await send(url, 'mutation ($q: CreateWorkQueueInput!) { createWorkQueue(input: $q) { workQueue { id } } }', {
      q: queue,
    });
    const flow = 'mutation ($name: String!) { made: createFlow(input: { name: $name }) { flow { id } } }';
    const { made } = await send<{ made: { flow: { id: string } } }>(url, flow, { name });
    const flowId = made.flow.id;
    for (let i = 0; i < RUNS; i++) {
      const workQueueName = i % 2 === 0 ? 'default' : 'other';
      await send(url, CREATE, { input: { flowId, workPoolName: name, workQueueName, state: { type: 'SCHEDULED' } } });
    }
    const deadline = Date.now() + DEADLINE_MS;
    let seen = { atWork: 0, completed: 0 };
    let mostAtWork = 0;
    const isOver = () => seen.completed === RUNS || Date.now() > deadline;
    const working = Promise.all(
      Array.from({ length: WORKERS }, (_, worker) => {
        // Workers of different queues move different runs, which lock different rows.
        const place = { workPoolName: name, workQueueNames: [worker % 2 === 0 ? 'default' : 'other'] };
        return work(urls, place, isOver);
      }),
    );
    let killed: Promise<void> | null = null;
    while (!isOver()) {
      [seen = seen] = await database.query<typeof seen>(AT_WORK, [flowId]);
      mostAtWork = Math.max(mostAtWork, seen.atWork);
      if (seen.completed >= RUNS / 3) killed ??= servers[1]?.kill() ?? null;
    }
    await working;
    await killed;
    const active = 'query ($name: String!) { pool: workPoolByName(name: $name) { activeRunCount } }';
    const { pool: after } = await send<{ pool: { activeRunCount: number } }>(url, active, { name });
    return { mostAtWork, completed: seen.completed, activeAfter: after.activeRunCount };
  } finally {
    await Promise.all(servers.map((server) => server.kill()));
    await program.remove();
  }
}

let t: TestDatabase;
beforeAll(async () => {
  t = await testDatabase();
});
afterAll(() => t.drop());

test('at most three runs of a work pool are active on two servers, one of them killed, and all runs finish', async () => {
  expect(await race(t.database, t.url)).toEqual({ mostAtWork: LIMIT, completed: RUNS, activeAfter: 0 });
});

test('the race notices work pools that are not locked', async () => {
  const counting = 'countPlaces(transaction, workPoolIds, exceptRunIds)';
  const unlocked = {
    file: 'countedPlaces.ts',
    from: `transaction.query(LOCK, [workPoolIds]),\n    ${counting},`,
    // Without the lock, the servers must meet between count and commit.
    to: `null,\n    ${counting}.then((places) => new Promise((done) => setTimeout(done, 30, places))),`,
  };
  // On a slow machine, one race may end before the runs are counted while too many are active.
  let mostAtWork = 0;
  for (let races = 0; races < 4 && mostAtWork <= LIMIT; races += 1)
    ({ mostAtWork } = await race(t.database, t.url, unlocked));
  expect(mostAtWork).toBeGreaterThan(LIMIT);
});
