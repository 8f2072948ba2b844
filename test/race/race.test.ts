import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../src/store/connection/database.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { buildProgram, type Mutation, type Program } from '../support/program.ts';
import { startServerProcess } from '../support/serverProcess.ts';
import { DEADLINE_MS, waitFor } from '../support/waitFor.ts';
import { type Follower, follow, type Seen } from './racer.ts';

// Two server processes on one database, many writers, and followers that disconnect and resume at random. Each follower must
// have received what the tables contain: every event, once, in order. The same race on servers with a planted fault must
// fail.

const WRITERS = 12;
const MOVES_PER_WRITER = 25;
const RUNS = 3;
const FOLLOWERS_PER_STREAM = 3;

async function send(url: string, query: string, variables: object): Promise<unknown> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data: unknown; errors?: unknown[] };
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

const id = async (url: string, mutation: string, input: string, noun: string, values: object): Promise<string> => {
  const data = await send(url, `mutation ($input: ${input}!) { made: ${mutation}(input: $input) { ${noun} { id } } }`, {
    input: values,
  });
  // The cast: the document gives the form of the answer.
  return (data as { made: { [noun: string]: { id: string } } }).made[noun]?.id ?? '';
};

interface Raced {
  flowRunId: string;
  taskRunIds: string[];
}

async function makeRuns(url: string): Promise<Raced[]> {
  const flowId = await id(url, 'createFlow', 'CreateFlowInput', 'flow', { name: 'race' });
  return Promise.all(
    Array.from({ length: RUNS }, async () => {
      const flowRunId = await id(url, 'createFlowRun', 'CreateFlowRunInput', 'flowRun', {
        flowId,
        state: { type: 'RUNNING' },
      });
      const taskRunIds = await Promise.all(
        ['a', 'b'].map((dynamicKey) =>
          id(url, 'createTaskRun', 'CreateTaskRunInput', 'taskRun', { flowRunId, taskKey: 'task', dynamicKey }),
        ),
      );
      return { flowRunId, taskRunIds };
    }),
  );
}

/** Sends a random write: a flow run's state, a task run's state, or some log lines. */
async function write(urls: readonly string[], runs: readonly Raced[]): Promise<void> {
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(Math.random() * items.length)] as Item; // The cast: never empty.
  const url = pick(urls);
  const { flowRunId, taskRunIds } = pick(runs);
  const move = 'verdict';
  const state = { type: 'RUNNING' };
  const writes = [
    () =>
      send(url, `mutation ($input: SetFlowRunStateInput!) { setFlowRunState(input: $input) { ${move} } }`, {
        input: { flowRunId, state },
      }),
    () =>
      send(url, `mutation ($input: SetTaskRunStateInput!) { setTaskRunState(input: $input) { ${move} } }`, {
        input: { taskRunId: pick(taskRunIds), state },
      }),
    () =>
      send(url, 'mutation ($input: WriteLogsInput!) { writeLogs(input: $input) { written } }', {
        input: { logs: ['one', 'two'].map((message) => ({ flowRunId, level: 20, name: 'race', message })) },
      }),
  ];
  await pick(writes)();
}

const STREAMS = [
  { field: 'flowRunStates(flowRunId: "RUN", after: $after)', row: 'state' },
  { field: 'taskRunStates(flowRunId: "RUN", after: $after)', row: 'state' },
  { field: 'logs(flowRunId: "RUN", after: $after)', row: 'log' },
] as const;

const TABLES: { [field: string]: { table: string; number: string } } = {
  [STREAMS[0].field]: { table: 'flow_run_state', number: 'version' },
  [STREAMS[1].field]: { table: 'task_run_state', number: 'position' },
  [STREAMS[2].field]: { table: 'log', number: 'number' },
};

const stored = (database: Database, { stream }: Follower): Promise<Seen[]> => {
  const { table, number } = TABLES[stream.field] ?? { table: '', number: '' };
  const text = `select ${number}::int as position, id from ${table} where flow_run_id = $1 order by ${number}`;
  return database.query({ name: `race.${table}`, text }, [stream.run]);
};

interface Report {
  /** Errors of writes. */
  failedWrites: string[];
  /** Followers whose events differ from the tables. */
  wrongFollowers: string[];
  /** Histories with gaps. */
  holes: string[];
}

async function race(program: Program, database: Database, databaseUrl: string, patienceMs: number): Promise<Report> {
  const servers = await Promise.all([
    startServerProcess(program, databaseUrl),
    startServerProcess(program, databaseUrl),
  ]);
  const urls = servers.map(({ url }) => url);
  const report: Report = { failedWrites: [], wrongFollowers: [], holes: [] };
  try {
    const runs = await makeRuns(urls[0] ?? '');
    const followers = runs.flatMap(({ flowRunId: run }) =>
      STREAMS.flatMap((stream) =>
        Array.from({ length: FOLLOWERS_PER_STREAM }, () => follow(urls, { ...stream, run }, Math.random)),
      ),
    );
    await Promise.all(
      Array.from({ length: WRITERS }, async () => {
        for (let move = 0; move < MOVES_PER_WRITER; move += 1) {
          await write(urls, runs).catch((error: unknown) => report.failedWrites.push(String(error)));
        }
      }),
    );
    const expected = await Promise.all(followers.map((follower) => stored(database, follower)));
    const complete = () => followers.every(({ seen }, index) => seen.length >= (expected[index]?.length ?? 0));
    await waitFor(complete, { timeoutMs: patienceMs }).catch(() => {}); // incomplete followers are reported below
    await Promise.all(followers.map((follower) => follower.stop()));
    followers.forEach(({ stream, seen, errors }, index) => {
      const rows = expected[index] ?? [];
      if (errors.length > 0 || JSON.stringify(seen) !== JSON.stringify(rows)) {
        report.wrongFollowers.push(`${stream.field}: saw ${seen.length} of ${rows.length}, errors: ${errors}`);
      }
      const contiguous = rows.every(({ position }, place) => position === place + 1);
      if (!contiguous) report.holes.push(`${stream.field}: ${rows.map(({ position }) => position)}`);
    });
    return report;
  } finally {
    await Promise.all(servers.map((server) => server.kill()));
  }
}

let t: TestDatabase;
beforeAll(async () => {
  t = await testDatabase();
});
afterAll(() => t.drop());

async function raceWith(mutation?: Mutation): Promise<Report> {
  const program = await buildProgram(mutation);
  try {
    // Followers of a faulty server may wait in vain.
    return await race(program, t.database, t.url, mutation ? 8_000 : DEADLINE_MS);
  } finally {
    await program.remove();
  }
}

test('followers of two servers receive every event once and in order while many writers write', async () => {
  expect(await raceWith()).toEqual({ failedWrites: [], wrongFollowers: [], holes: [] });
});

describe('planted faults', () => {
  test.each([
    [
      'flow runs that are not locked',
      { file: 'lockFlowRuns.ts', from: 'order by r.id for no key update', to: 'order by r.id' },
    ],
    [
      'task runs that are written without comparing their version',
      {
        file: 'taskRunAlone.ts',
        from: 'and r.xmin = $${AFTER_MOVED}::xid',
        to: 'and $${AFTER_MOVED}::xid is not null',
      },
    ],
  ])('the race notices %s', async (_, mutation) => {
    const report = await raceWith(mutation);
    expect(report.failedWrites.length).toBeGreaterThan(0);
  });

  test('the race notices numbers from a plain sequence', async () => {
    await t.database.query({ name: 'race.serial', text: 'create sequence race_serial increment by 1000' });
    const report = await raceWith({
      file: 'runCounters.ts',
      from: `insert into run_counter as c (run_id, \${column}) \${takers}
     on conflict (run_id) do update set \${column} = c.\${column} + excluded.\${column}
     returning c.run_id, c.\${column} as last`,
      to: `select w.run_id, nextval('race_serial') + w.take as last, pg_sleep(random() / 100)::text
     from (\${takers}) as w(run_id, take)`,
    });
    expect(report.wrongFollowers.filter((one) => /logs|taskRunStates/.test(one)).length).toBeGreaterThan(0);
  });
});
