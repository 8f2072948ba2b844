import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { median, readable, spread, table } from '../figures.mjs';
import { listen } from '../noise.mjs';
import { request } from '../server.mjs';

const RUNS = 1_000;
const ROUNDS = 7;
const SECONDS = 3;
const CONNECTIONS = 64;

const here = (name) => path.join(import.meta.dirname, name);

/** Sets states of a thousand runs, alternately without readers and with one subscriber of each run's states. */
export async function tails({ url }, database) {
  const { createFlow } = await request(url, 'mutation { createFlow(input: { name: "tails" }) { flow { id } } }');
  await database.query(await readFile(here('../sql/seedRuns.sql'), 'utf8'), [RUNS, createFlow.flow.id]);
  const writers = fork(here('../load/setStates.mjs'), [url]);
  const readers = fork(here('tailingSubscribers.mjs'), [url]);
  const versionsOf = async () => {
    const { rows } = await database.query("select version from flow_run where name like 'run-%' order by id");
    return rows.map(({ version }) => version);
  };
  const ask = async (child, task) => {
    child.send(task);
    const [answer] = await once(child, 'message');
    return answer;
  };
  const write = async () => {
    const result = await ask(writers, { versions: await versionsOf(), connections: CONNECTIONS, seconds: SECONDS });
    if (result.failures > 0) throw new Error(`${result.failures} states were not accepted`);
    return result;
  };

  const alone = [];
  const withReaders = [];
  const measures = [
    async () => alone.push(await write()),
    async () => {
      await ask(readers, { open: RUNS });
      const before = await versionsOf();
      const result = await write();
      const delivered = await ask(readers, { expected: await versionsOf(), before });
      withReaders.push({ ...result, ...delivered });
    },
  ];
  await write(); // warms up the compiler
  for (let round = 1; round <= ROUNDS; round++) {
    for (const measure of round % 2 === 0 ? measures.toReversed() : measures) {
      await database.query('vacuum flow_run');
      listen();
      await measure();
    }
    const [first, second] = [alone, withReaders].map((results) => readable(results.at(-1).perSecond));
    console.error(`tails, round ${round}: ${first}/s, with readers ${second}/s`);
  }
  for (const child of [writers, readers]) child.disconnect();
  return report(alone, withReaders);
}

function report(alone, withReaders) {
  const of = (results, name) => results.map((result) => result[name]);
  const ratio = median(withReaders.map(({ perSecond }, round) => perSecond / alone[round].perSecond));
  const row = (name, results) => [
    name,
    spread(of(results, 'perSecond')),
    readable(median(of(results, 'p50'))),
    readable(median(of(results, 'p99'))),
  ];
  return `## Writes with a thousand readers

${CONNECTIONS} connections set states of ${readable(RUNS)} runs; ${readable(RUNS)} graphql-ws clients each subscribe to the states of one of them, on the
same machine. Every reader received every state of its run, once and in order.

- **${readable(ratio)}** of the rate without readers

${table(
  ['', 'states per second, median (least-most)', 'p50 ms', 'p99 ms'],
  [row('without readers', alone), row(`with ${readable(RUNS)} readers`, withReaders)],
)}`;
}
