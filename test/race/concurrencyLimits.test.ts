import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../../src/actions/writing/newId.ts';
import { DEFAULT_TENANT_ID } from '../../src/core/values/viewer.ts';
import { type Database, statement } from '../../src/store/connection/database.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { buildProgram, type Mutation } from '../support/program.ts';
import { type ServerProcess, startServerProcess } from '../support/serverProcess.ts';
import { DEADLINE_MS } from '../support/waitFor.ts';

// Two server processes, twenty flow runs of a deployment with a limit of three, and a client for each run that moves it
// through its states. One process is killed on the way and its clients continue on the other. An observer counts meanwhile.
// The same race on servers with a planted fault must fail.

const RUNS = 20;
const LIMIT = 3;

const INSERT_DEPLOYMENT = statement(
  'race.deployment',
  `with f as (insert into flow (id, tenant_id, name) values ($1::uuid, $3, 'race of ' || $1::uuid)),
     l as (insert into concurrency_limit (id, tenant_id, name, "limit") values ($2::uuid, $3, 'deployment:' || $2::uuid, $4))
   insert into deployment (id, tenant_id, flow_id, name, concurrency_limit_id) values ($2::uuid, $3, $1::uuid, 'race', $2::uuid)`,
);
const AT_WORK = statement(
  'race.atWork',
  `select count(*) filter (where state_type in ('PENDING', 'RUNNING')) as "atWork",
     count(*) filter (where state_type = 'COMPLETED') as completed from flow_run where deployment_id = $1`,
);
const SLOTS = statement('race.slots', 'select count(*) as count from concurrency_slot where concurrency_limit_id = $1');

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

// Already due: a run without a slot is scheduled half a minute ahead, and this test does not wait for it.
const due = { details: { scheduledTime: '2026-01-01T00:00:00Z' } };
const NEXT: { [type: string]: object } = {
  SCHEDULED: { type: 'PENDING', ...due },
  PENDING: { type: 'RUNNING' },
  RUNNING: { type: 'COMPLETED' },
};

/** Moves a run through its states on random servers. A run without a slot is scheduled again and retries. */
async function work(urls: readonly string[], flowRunId: string, deadline: number): Promise<void> {
  let type = 'SCHEDULED';
  while (NEXT[type] && Date.now() < deadline) {
    const url = urls[Math.floor(Math.random() * urls.length)] ?? '';
    try {
      const { moved } = await send<{ moved: { state: { type: string } } }>(
        url,
        'mutation ($input: SetFlowRunStateInput!) { moved: setFlowRunState(input: $input) { state { type } } }',
        { input: { flowRunId, state: NEXT[type] } },
      );
      type = moved.state.type;
    } catch {
      // The server was killed. The next answer says whether the move was made.
    }
  }
}

interface Report {
  mostAtWork: number;
  completed: number;
  slotsLeft: number;
}

async function race(database: Database, databaseUrl: string, mutation?: Mutation): Promise<Report> {
  const program = await buildProgram(mutation);
  const servers: ServerProcess[] = [];
  try {
    for (const _ of ['one', 'another']) servers.push(await startServerProcess(program, databaseUrl));
    const urls = servers.map(({ url }) => url);
    const [flowId, deploymentId] = [newId(), newId()];
    await database.query(INSERT_DEPLOYMENT, [flowId, deploymentId, DEFAULT_TENANT_ID, LIMIT]);
    const create = 'mutation ($input: CreateFlowRunInput!) { made: createFlowRun(input: $input) { flowRun { id } } }';
    const runs = await Promise.all(
      Array.from({ length: RUNS }, async () => {
        const input = { flowId, deploymentId, state: { type: 'SCHEDULED' } };
        return (await send<{ made: { flowRun: { id: string } } }>(urls[0] ?? '', create, { input })).made.flowRun.id;
      }),
    );
    let over = false;
    let mostAtWork = 0;
    const deadline = Date.now() + DEADLINE_MS;
    const observer = (async () => {
      let killed: Promise<void> | null = null;
      for (;;) {
        const isLast = over;
        const [seen] = await database.query<{ atWork: number; completed: number }>(AT_WORK, [deploymentId]);
        mostAtWork = Math.max(mostAtWork, seen?.atWork ?? 0);
        // In the middle of the race.
        if ((seen?.completed ?? 0) >= RUNS / 4) killed ??= servers[1]?.kill() ?? null;
        if (isLast) return { completed: seen?.completed ?? 0, killed: await killed };
      }
    })();
    await Promise.all(runs.map((id) => work(urls, id, deadline)));
    over = true;
    const { completed } = await observer;
    const [slots] = await database.query<{ count: number }>(SLOTS, [deploymentId]);
    return { mostAtWork, completed, slotsLeft: slots?.count ?? -1 };
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

test('at most three runs hold the slots of two servers, one of them killed, and all runs finish', async () => {
  expect(await race(t.database, t.url)).toEqual({ mostAtWork: LIMIT, completed: RUNS, slotsLeft: 0 });
});

test('the race notices limits that are not locked', async () => {
  const planted = {
    file: 'concurrencySlotWrites.ts',
    from: 'and active order by id for no key update`',
    to: 'and active order by id`',
  };
  let mostAtWork = 0;
  // Two servers need not meet in each race.
  for (let races = 0; mostAtWork <= LIMIT && races < 8; races += 1)
    ({ mostAtWork } = await race(t.database, t.url, planted));
  expect(mostAtWork).toBeGreaterThan(LIMIT);
});
