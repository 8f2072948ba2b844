import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../../src/actions/writing/newId.ts';
import { type Database, statement } from '../../src/store/connection/database.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { buildProgram, type Mutation } from '../support/program.ts';
import { type ServerProcess, startServerProcess } from '../support/serverProcess.ts';
import { DEADLINE_MS } from '../support/waitFor.ts';

// Two server processes, a work pool with a limit of three, and six workers that poll its two queues at the same moment and
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

async function send<Data>(url: string, query: string, variables: object): Promise<Data> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data: Data; errors?: unknown[] }; // The cast: the form of a GraphQL answer.
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

const POLL = 'mutation ($input: PollWorkPoolInput!) { polled: pollWorkPool(input: $input) { flowRuns { id } } }';
const MOVE =
  'mutation ($input: SetFlowRunStateInput!) { moved: setFlowRunState(input: $input) { verdict state { type } } }';
const CREATE = 'mutation ($input: CreateFlowRunInput!) { createFlowRun(input: $input) { flowRun { id } } }';

/** Polls and moves runs to their ends on random servers, until the race is over. */
async function work(urls: readonly string[], workPoolName: string, isOver: () => boolean): Promise<void> {
  const ask = <Data>(query: string, input: object) =>
    send<Data>(urls[Math.floor(Math.random() * urls.length)] ?? '', query, { input }).catch(() => null); // The server was killed.
  const move = async (flowRunId: string, type: string) => {
    for (let moved = null; moved === null && !isOver(); ) {
      moved = await ask<{ moved: { verdict: string; state: { type: string } } }>(MOVE, { flowRunId, state: { type } });
      if (moved) return moved.moved;
    }
    return null;
  };
  while (!isOver()) {
    const polled = await ask<{ polled: { flowRuns: { id: string }[] } }>(POLL, { workPoolName, limit: LIMIT });
    await Promise.all(
      (polled?.polled.flowRuns ?? []).map(async ({ id }) => {
        const taken = await move(id, 'PENDING');
        // A worker whose answer was lost finds the run PENDING. Another worker may have taken it, and then both move it on.
        if (taken?.verdict !== 'ACCEPT' && taken?.state.type !== 'PENDING') return;
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
    const working = Promise.all(Array.from({ length: WORKERS }, () => work(urls, name, isOver)));
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
  const report = await race(t.database, t.url, {
    file: 'countedPlaces.ts',
    from: 'select pg_advisory_xact_lock(key) from (',
    to: 'select key from (',
  });
  expect(report.mostAtWork).toBeGreaterThan(LIMIT);
});
