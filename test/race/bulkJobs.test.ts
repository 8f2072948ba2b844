import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { statement } from '../../src/store/connection/database.ts';
import { manyRuns } from '../support/manyRuns.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { buildProgram, type Mutation, type Program } from '../support/program.ts';
import { type ServerProcess, startServerProcess } from '../support/serverProcess.ts';
import { waitFor } from '../support/waitFor.ts';

// Bulk jobs on real server processes: a server killed halfway, and two servers with one job. Each run must end with exactly
// one outcome and exactly one new state. Servers with a planted fault show that the test would notice.

const RUNS = 3000;

interface Job {
  id: string;
  total: number;
  done: number;
  ended: string | null;
  counts: { outcome: string; count: number }[];
}

const JOB = 'id total done ended counts { outcome count }';

async function send<Data>(url: string, query: string, variables: object): Promise<Data> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data: Data; errors?: unknown[] };
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

async function accept(url: string, flowId: string, more: object = {}): Promise<Job> {
  const { accepted } = await send<{ accepted: { job: Job } }>(
    url,
    `mutation ($input: BulkSetFlowRunStateInput!) { accepted: bulkSetFlowRunState(input: $input) { job { ${JOB} } } }`,
    { input: { filter: { flow: { id: { in: [flowId] } } }, state: { type: 'CANCELLED' }, force: true, ...more } },
  );
  return accepted.job;
}

const read = async (url: string, id: string): Promise<Job> =>
  (await send<{ job: Job }>(url, `query ($id: ID!) { job: bulkJob(id: $id) { ${JOB} } }`, { id })).job;

const progressed = (url: string, id: string, done: number) => waitFor(async () => (await read(url, id)).done >= done);
const ended = (url: string, id: string) => waitFor(async () => (await read(url, id)).ended !== null);

let t: TestDatabase;
let program: Program;
beforeAll(async () => {
  [t, program] = await Promise.all([testDatabase(), buildProgram()]);
});
afterAll(async () => {
  await t.drop();
  await program.remove();
});

/** Counts the runs of a job by outcome, version and number of states. */
const told = (jobId: string) =>
  t.database.query<{ outcome: string | null; version: number; states: number; runs: number }>(
    {
      name: 'test.told',
      text: `select outcome, version, states, count(*) as runs from (
        select i.outcome, r.version, (select count(*) from flow_run_state s where s.flow_run_id = r.id) as states
        from bulk_job_item i join flow_run r on r.id = i.flow_run_id where i.bulk_job_id = $1
      ) each group by 1, 2, 3 order by 1, 2, 3`,
    },
    [jobId],
  );
const EACH_ONCE = [{ outcome: 'ACCEPT', version: 2, states: 2, runs: RUNS }];

const LOCK = statement('test.lock', 'select id from flow_run where id = $1 for update');

async function killedHalfWay(server: ServerProcess, another: ServerProcess | null): Promise<string> {
  const { flowId, ids } = await manyRuns(t.database, RUNS);
  const id = await t.database.transaction(async (transaction) => {
    // The server cannot finish the job before it is killed.
    await transaction.query(LOCK, [ids[RUNS / 2]]);
    const { id } = await accept(server.url, flowId, { idempotencyKey: flowId });
    await progressed(server.url, id, 100);
    await server.kill();
    return id;
  });
  const successor = another ?? (await startServerProcess(program, t.url));
  expect((await accept(successor.url, flowId, { idempotencyKey: flowId })).id).toBe(id);
  await ended(successor.url, id);
  if (!another) await successor.kill();
  return id;
}

describe('a server killed during a bulk job', () => {
  test('a restarted server continues the bulk job of its killed predecessor', async () => {
    const id = await killedHalfWay(await startServerProcess(program, t.url), null);
    expect(await told(id)).toEqual(EACH_ONCE);
  });

  test('another server continues the bulk job of a killed one', async () => {
    const [one, another] = await Promise.all([startServerProcess(program, t.url), startServerProcess(program, t.url)]);
    const id = await killedHalfWay(one, another);
    await another.kill();
    expect(await told(id)).toEqual(EACH_ONCE);
  });
});

async function workedOnByTwo(by: Program): Promise<{ id: string; job: Job }> {
  const servers = await Promise.all([startServerProcess(by, t.url), startServerProcess(by, t.url)]);
  try {
    const { flowId, ids } = await manyRuns(t.database, RUNS);
    const [url = '', other = ''] = servers.map((server) => server.url);
    const id = await t.database.transaction(async (transaction) => {
      // The first server cannot finish the job before the other starts on it, which it does at the same request.
      await transaction.query(LOCK, [ids[RUNS / 2]]);
      const { id } = await accept(url, flowId, { idempotencyKey: flowId });
      await accept(other, flowId, { idempotencyKey: flowId });
      return id;
    });
    await progressed(other, id, RUNS);
    return { id, job: await read(url, id) };
  } finally {
    await Promise.all(servers.map((server) => server.kill()));
  }
}

describe('two servers with one bulk job', () => {
  test('two servers with one bulk job move each run once', async () => {
    const { id, job } = await workedOnByTwo(program);
    expect(await told(id)).toEqual(EACH_ONCE);
    expect(job).toMatchObject({
      total: RUNS,
      done: RUNS,
      ended: expect.any(String),
      counts: [{ outcome: 'ACCEPT', count: RUNS }],
    });
  });

  test('the race notices bulk job items that are not locked', async () => {
    const fault: Mutation = { file: 'bulkJobItems.ts', from: ' for update skip locked', to: '' };
    const faulty = await buildProgram(fault);
    try {
      const { id } = await workedOnByTwo(faulty);
      expect(await told(id)).not.toEqual(EACH_ONCE);
    } finally {
      await faulty.remove();
    }
  });
});

test('a small bulk job is done before its answer even if another server works on it', async () => {
  const servers = await Promise.all([startServerProcess(program, t.url), startServerProcess(program, t.url)]);
  const { flowId } = await manyRuns(t.database, 200);
  const jobs = await Promise.all(
    [0, 1, 0, 1].map((index) => accept(servers[index]?.url ?? '', flowId, { idempotencyKey: flowId })),
  );
  await Promise.all(servers.map((server) => server.kill()));
  for (const { ended: end, done } of jobs) expect([end, done]).toEqual([expect.any(String), 200]);
});
