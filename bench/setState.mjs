import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { median, readable, spread, table } from './figures.mjs';
import { listen } from './noise.mjs';
import { hasPgbench, transactions } from './pgbench.mjs';
import { request } from './server.mjs';

const RUNS = 10_000;
/** Rounds of all rows: they fill the table and find the best client counts. */
const ROUNDS = 3;
/** Rounds of the final comparison. Each is short, so that noise of the machine affects all rows equally. */
const COMPARED_ROUNDS = 15;
const SECONDS = 3;
const CONNECTIONS = [1, 16, 64, 128];
const TARGET_CONNECTIONS = 64;
const CLIENTS = [1, 2, 4, 8, 16, 32, 64];
const SCRIPTS = {
  'five statements': 'sql/setStateFiveStatements.sql',
  'one statement': 'sql/setStateOneStatement.sql',
};

const here = (name) => path.join(import.meta.dirname, name);
const rate = ({ results }) => median(results.map(({ perSecond }) => perSecond));

/** Sets states through GraphQL, compared with pgbench on the same tables. */
export async function setState({ url, databaseUrl }, database) {
  const { createFlow } = await request(url, 'mutation { createFlow(input: { name: "set state" }) { flow { id } } }');
  await database.query(await readFile(here('sql/seedRuns.sql'), 'utf8'), [RUNS, createFlow.flow.id]);
  const load = fork(here('load/setStates.mjs'), [url]);

  const throughGraphql = (connections) => async () => {
    const { rows } = await database.query("select version from flow_run where name like 'run-%' order by id");
    load.send({ versions: rows.map(({ version }) => version), connections, seconds: SECONDS });
    const [result] = await once(load, 'message');
    if (result.failures > 0) throw new Error(`${result.failures} states were not accepted`);
    return result;
  };
  const inSql = (script, clients) => async () => ({
    perSecond: (await transactions(databaseUrl, script, { clients, seconds: SECONDS, runs: RUNS })).perSecond,
  });
  const rows = [
    ...CONNECTIONS.map((connections) => ({
      name: `FlowQL, GraphQL over HTTP, ${connections} connections`,
      connections,
      measure: throughGraphql(connections),
      results: [],
    })),
    ...Object.entries(SCRIPTS).flatMap(([kind, script]) =>
      CLIENTS.map((clients) => ({
        name: `${hasPgbench ? 'pgbench' : 'pg in a loop'}, ${kind}, ${clients} clients`,
        kind,
        measure: inSql(script, clients),
        results: [],
      })),
    ),
  ];

  async function play(row, round) {
    // Otherwise a measurement would pay for the dead rows and dirty pages of the one before.
    await database.query('vacuum flow_run');
    await database.query('checkpoint');
    listen();
    const result = await row.measure();
    row.results.push(result);
    console.error(`set state, ${round}: ${row.name}: ${readable(result.perSecond)}/s`);
    return result.perSecond;
  }
  for (let round = 1; round <= ROUNDS; round++) for (const row of rows) await play(row, `round ${round}`);
  const compared = [
    rows.find(({ connections }) => connections === TARGET_CONNECTIONS),
    ...Object.keys(SCRIPTS).map((kind) => rows.filter((row) => row.kind === kind).sort((a, b) => rate(b) - rate(a))[0]),
  ];
  const rounds = [];
  for (let round = 1; round <= COMPARED_ROUNDS; round++) {
    const rates = [];
    for (const row of compared) rates.push(await play(row, `comparison ${round}`));
    rounds.push(rates);
  }
  load.disconnect();
  return report(rows, compared, rounds);
}

function report(rows, [ours, ...others], rounds) {
  const comparisons = others.map((row, index) => {
    const ratios = rounds.map(([rate, ...rates]) => rate / rates[index]);
    return `- ${row.name}: **${readable(median(ratios))}** (${readable(Math.min(...ratios))}-${readable(Math.max(...ratios))} in single rounds)`;
  });
  const of = (row, name) => row.results.map((result) => result[name]);
  const latency = (row, name) => (row.connections ? readable(median(of(row, name))) : '');
  return `## Setting states

Clients move random runs out of ${readable(RUNS)} through Pending, Running and Completed, again and again. The comparison is the same
work on the same tables in SQL: in five statements (begin; lock and read the run; insert the state; update the run;
commit), and in one statement.

${ours.name}, as a ratio to ${hasPgbench ? 'pgbench' : 'a loop in Node (pgbench is not installed)'} at its best client count.
Median of ${COMPARED_ROUNDS} rounds of ${SECONDS} seconds each, taken in turns:

${comparisons.join('\n')}

${table(
  ['', 'states per second, median (least-most)', 'p50 ms', 'p99 ms'],
  rows.map((row) => [row.name, spread(of(row, 'perSecond')), latency(row, 'p50'), latency(row, 'p99')]),
)}`;
}
