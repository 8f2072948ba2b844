import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { tsImport } from 'tsx/esm/api';
import { median, readable, spread, table } from './figures.mjs';
import { listen } from './noise.mjs';
import { request } from './server.mjs';
import { startStub } from './stub.mjs';

const WIDTH = 1_000;
const ROUNDS = 5;
const TARGET = 1.15;
const TITLE = '## A thousand mapped tasks of Prefect 1';

const here = (name) => path.join(import.meta.dirname, name);

/** Runs mapped tasks with Prefect 1's own runner, against FlowQL and against a server that does nothing. */
export async function mappedTasks({ url, databaseUrl }) {
  const { prefectEnvironment } = await tsImport('../scripts/prefectEnvironment.ts', import.meta.url);
  const prefect = prefectEnvironment(here('../test/prefect1/client/constraints.txt'));
  if ('skipped' in prefect) return `${TITLE}\n\nNot measured. ${prefect.skipped}`;
  // Prefect stores its settings and results in the home directory.
  const home = await mkdtemp(path.join(tmpdir(), 'flowql-bench-prefect1-'));
  const python = (api, ...parameters) => runPython(prefect.python, home, api, parameters);

  const { flowId } = await python(url, 'register', WIDTH);
  const newRun = async () => (await request(url, CREATE, { flowId })).create_flow_run.id;
  const flowRun = (await request(url, INFO, { id: await newRun() })).flow_run_by_pk;
  const stub = await startStub(flowRun);
  const notebook = await openNotebook(databaseUrl);
  const committing = await startStub(flowRun, notebook.write);
  const rounds = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const id = await newRun();
    const [ours, stubs, commits] = await inTurn(round, [
      () => timed(url, id),
      () => timed(stub.url, id),
      () => timed(committing.url, id),
    ]);
    await requireHistory(url, id);
    console.error(
      `mapped tasks, round ${round}: ${readable(ours)} s, with the stub ${readable(stubs)} s, with commits ${readable(commits)} s`,
    );
    rounds.push({ ours, stubs, commits });
  }
  stub.stop();
  committing.stop();
  await notebook.close();
  await rm(home, { recursive: true });
  return report(rounds);

  async function timed(api, id) {
    listen();
    const { seconds, state } = await python(api, 'run', WIDTH, id);
    if (state !== 'Success') throw new Error(`the flow ended as ${state}`);
    return seconds;
  }
}

const CREATE = 'mutation ($flowId: UUID!) { create_flow_run(input: { flow_id: $flowId }) { id } }';
// Everything the runner selects, in one query.
const INFO = `query ($id: uuid!) {
  flow_run_by_pk(id: $id) {
    id name flow_id parameters context version scheduled_start_time serialized_state
    task_runs(where: { map_index: { _eq: -1 } }) { id task { id slug } version serialized_state }
    flow { project { name id } settings }
  }
}`;

/** Stores each request body with its own commit: the least that a durable server must do. */
async function openNotebook(databaseUrl) {
  const pool = new pg.Pool({ connectionString: databaseUrl });
  await pool.query('create table bench_notebook (id bigint generated always as identity primary key, said text)');
  const insert = { name: 'write', text: 'insert into bench_notebook (said) values ($1)' };
  return {
    write: (said) => pool.query({ ...insert, values: [said] }),
    async close() {
      await pool.query('drop table bench_notebook');
      await pool.end();
    },
  };
}

/** Runs the works in a different order each round. */
async function inTurn(round, works) {
  const results = [];
  for (let turn = 0; turn < works.length; turn++) {
    const place = (round + turn) % works.length;
    results[place] = await works[place]();
  }
  return results;
}

/** Throws unless every mapped task run was written. */
async function requireHistory(url, id) {
  const { task_run_aggregate: found } = await request(
    url,
    `query ($id: uuid!) { task_run_aggregate(where: {
      flow_run_id: { _eq: $id }, map_index: { _gte: 0 }, state: { _eq: "Success" }, version: { _eq: 3 }
    }) { aggregate { count } } }`,
    { id },
  );
  if (found.aggregate.count !== WIDTH) throw new Error(`only ${found.aggregate.count} mapped tasks succeeded`);
}

/** Returns the JSON on the script's last line. The lines before it are logs. */
async function runPython(command, home, url, parameters) {
  const child = spawn(command, ['-W', 'ignore', here('mappedTasks.py'), ...parameters.map(String)], {
    // The environment that an agent sets for the processes of its runs.
    env: {
      PATH: `${path.dirname(command)}${path.delimiter}${process.env.PATH}`,
      HOME: home,
      PREFECT__BACKEND: 'server',
      PREFECT__CLOUD__API: url,
      PREFECT__CLOUD__SEND_FLOW_RUN_LOGS: 'true',
      PREFECT__ENGINE__FLOW_RUNNER__DEFAULT_CLASS: 'prefect.engine.cloud.CloudFlowRunner',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  let faults = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  child.stderr.on('data', (chunk) => {
    faults += chunk;
  });
  const [code] = await once(child, 'close');
  if (code !== 0)
    throw new Error(`mappedTasks.py ${parameters[0]} ended with ${code}:\n${said.slice(-2_000)}\n${faults}`);
  return JSON.parse(said.trim().split('\n').at(-1));
}

function report(rounds) {
  const ratios = rounds.map(({ ours, stubs }) => ours / stubs);
  const limits = rounds.map(({ commits, stubs }) => commits / stubs);
  return `${TITLE}

The real runner of Prefect 1.4.1 runs a flow of ${readable(WIDTH)} mapped tasks, as an agent's process runs it. It runs against FlowQL,
against a Node server that answers every request immediately and stores nothing, and against one that only writes each
request to the database. Wall time as a ratio to the server that does nothing, median of ${ROUNDS} rounds taken in turns:

- FlowQL: **${readable(median(ratios))}** (${readable(Math.min(...ratios))}-${readable(Math.max(...ratios))} in single rounds); the target is at most ${TARGET}
- a server that writes each request to disk before it answers: **${readable(median(limits))}** (${readable(Math.min(...limits))}-${readable(Math.max(...limits))})

${table(
  ['', 'seconds, median (least-most)'],
  [
    ['FlowQL', spread(rounds.map(({ ours }) => ours))],
    ['the server that does nothing', spread(rounds.map(({ stubs }) => stubs))],
    ['the server that writes each request to disk', spread(rounds.map(({ commits }) => commits))],
  ],
)}`;
}
