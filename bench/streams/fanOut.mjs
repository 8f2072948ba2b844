import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { median, readable, spread, table } from '../figures.mjs';
import { listen } from '../noise.mjs';
import { request } from '../server.mjs';

const SUBSCRIBERS = 1_000;
const ROUNDS = 3;
const SECONDS = 10;
/** Events per second; null sends the next event as soon as every subscriber has received the one before. */
const PACES = [10, null];

/** One publisher moves one run, and a thousand graphql-ws clients subscribe to it. */
export async function fanOut({ url }) {
  const { createFlow } = await request(url, 'mutation { createFlow(input: { name: "fan-out" }) { flow { id } } }');
  const rows = PACES.map((perSecond) => ({ perSecond, results: [] }));
  for (let round = 1; round <= ROUNDS; round++)
    for (const row of rows) {
      listen();
      const result = await watch(url, createFlow.flow.id, row.perSecond);
      row.results.push(result);
      console.error(`fan-out, round ${round}: ${paceOf(row)}: ${readable(result.sent.p50)} ms`);
    }
  return report(rows);
}

async function watch(url, flowId, perSecond) {
  const { createFlowRun } = await request(
    url,
    `mutation Create($flowId: ID!) {
      createFlowRun(input: { flowId: $flowId, state: { type: RUNNING } }) { flowRun { id } }
    }`,
    { flowId },
  );
  const clients = fork(path.join(import.meta.dirname, 'subscribers.mjs'), [url]);
  clients.send({ flowRunId: createFlowRun.flowRun.id, subscribers: SUBSCRIBERS, seconds: SECONDS, perSecond });
  const [result] = await once(clients, 'message');
  clients.disconnect();
  return result;
}

const paceOf = ({ perSecond }) => (perSecond === null ? 'as fast as all receive' : `${perSecond} events per second`);

function report(rows) {
  const of = (row, pick) => spread(row.results.map(pick));
  const [steady] = rows;
  return `## Fan-out

${readable(SUBSCRIBERS)} graphql-ws clients subscribe to one run's states, and one publisher moves the run, all on this machine. At
${paceOf(steady)}, an event arrives **${readable(median(steady.results.map(({ sent }) => sent.p50)))} ms** after the publisher sends the mutation
(median). Every subscriber received every event, once and in order.

${table(
  ['', 'deliveries per second', 'from sending: p50 ms', 'p99 ms', "from the state's timestamp: p50 ms", 'p99 ms'],
  rows.map((row) => [
    paceOf(row),
    of(row, ({ deliveries }) => deliveries),
    of(row, ({ sent }) => sent.p50),
    of(row, ({ sent }) => sent.p99),
    of(row, ({ stamped }) => stamped.p50),
    of(row, ({ stamped }) => stamped.p99),
  ]),
)}

The timestamp is read under the run's lock, shortly before the commit, so times from it include a little more than the
delivery.`;
}
