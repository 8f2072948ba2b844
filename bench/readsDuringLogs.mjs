import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { median, quantile, readable, spread, table } from './figures.mjs';
import { Connection, post } from './load/connection.mjs';
import { listen } from './noise.mjs';
import { SOME_RUNS } from './peers/data.mjs';
import { fill } from './peers/fill.mjs';

const RUNS = 10_000;
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 8);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 10);
const WRITERS = 8;
const READERS = 4;
/** Between the requests of a reader. */
const PAUSE_MS = 20;
const WARM_UP_MS = 1_000;
const MOST = 2;

const PAGE = `{
  flowRuns(first: 20, sort: START_TIME_DESC) {
    edges { node { id name startTime flow { id name } state { type name timestamp } } } pageInfo { endCursor }
  }
}`;
const RUN = 'query ($id: ID!) { flowRun(id: $id) { id name startTime state { type name } flow { id name } } }';

/** How much slower small reads are while eight writers send log lines as fast as the server takes them. */
export async function readsDuringLogs({ url }, database) {
  const sql = async (text, values) => [await database.query(text, values)].flat().at(-1).rows;
  await fill({ sql }, 'fillFlowql.sql', RUNS);
  const runs = await sql(SOME_RUNS);
  const port = Number(new URL(url).port);
  const send = (query, variables) => post('/graphql', { query, variables });
  const kinds = {
    'a page of 20 runs': () => send(PAGE),
    'one run by its id': (turn) => send(RUN, { id: runs[turn % runs.length].id }),
  };

  const writers = fork(path.join(import.meta.dirname, 'load', 'writeLogs.mjs'), [url]);
  const measures = {
    idle: () => read(port, kinds),
    busy: async () => {
      writers.send({ flowRunIds: runs.slice(0, WRITERS).map(({ id }) => id) });
      await pause(WARM_UP_MS);
      const times = await read(port, kinds);
      writers.send({ stop: true });
      const [{ linesPerSecond, faults }] = await once(writers, 'message');
      if (faults.length > 0) throw new Error(faults[0]);
      return { ...times, linesPerSecond };
    },
  };
  await measures.busy(); // warms up the compiler
  const rounds = { idle: [], busy: [] };
  for (let round = 1; round <= ROUNDS; round++) {
    const order = round % 2 === 0 ? ['busy', 'idle'] : ['idle', 'busy'];
    for (const name of order) {
      listen();
      rounds[name].push(await measures[name]());
    }
    const [idle, busy] = ['idle', 'busy'].map((name) => readable(quantile(all(rounds[name].at(-1)), 0.99)));
    console.error(`reads during logs, round ${round}: p99 ${idle} ms, with writers ${busy} ms`);
  }
  writers.disconnect();
  return report(Object.keys(kinds), rounds);
}

/** Each connection sends a request, waits for the answer, pauses and sends the next. */
async function read(port, kinds) {
  const names = Object.keys(kinds);
  const times = Object.fromEntries(names.map((name) => [name, []]));
  const until = performance.now() + SECONDS * 1000;
  const work = async () => {
    const connection = new Connection(port);
    for (let turn = 0; performance.now() < until; turn++) {
      const name = names[turn % names.length];
      const request = kinds[name](turn);
      const start = performance.now();
      const { status, body } = await connection.request(request);
      times[name].push(performance.now() - start);
      if (status !== 200 || body.includes('"errors"')) throw new Error(`${status} ${body.slice(0, 300)}`);
      await pause(PAUSE_MS);
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: READERS }, work));
  return { times };
}

const all = ({ times }) => Object.values(times).flat();

function report(names, { idle, busy }) {
  const of = (rounds, name, part) => rounds.map(({ times }) => quantile(times[name], part));
  const ratios = idle.map((round, index) => quantile(all(busy[index]), 0.99) / quantile(all(round), 0.99));
  const row = (name) => [
    name,
    readable(median(of(idle, name, 0.5))),
    spread(of(idle, name, 0.99)),
    readable(median(of(busy, name, 0.5))),
    spread(of(busy, name, 0.99)),
  ];
  return `## Reads while logs are written

${READERS} connections read in turn a page and one run, with pauses of ${PAUSE_MS} ms. Meanwhile ${WRITERS} connections write batches of 250 log lines as fast
as the server takes them: ${readable(median(busy.map(({ linesPerSecond }) => linesPerSecond)))} lines per second. ${ROUNDS} rounds of ${SECONDS} s, with and without writers in turns.

- p99 with the writers is **${readable(median(ratios))}** times as long as without them (${readable(Math.min(...ratios))}-${readable(Math.max(...ratios))} in single rounds); the
  target is at most ${MOST}

${table(['', 'without writers: p50 ms', 'p99 ms', 'with writers: p50 ms', 'p99 ms'], names.map(row))}`;
}
