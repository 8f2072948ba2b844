import { fork } from 'node:child_process';
import path from 'node:path';
import { median, readable, spread, table } from '../figures.mjs';
import { memoryOfOne } from '../load/processes.mjs';
import { listen } from '../noise.mjs';
import { request, startFlowql } from '../server.mjs';
import { answerOf } from './answerOf.mjs';

const ROUNDS = 3;
const SECONDS = 10;
/** Events per second; null sends the next event as soon as every subscriber has received the one before. */
const LOADS = [
  { subscribers: 1_000, perSecond: 10 },
  { subscribers: 1_000, perSecond: null },
  { subscribers: 5_000, perSecond: 2 },
  { subscribers: 10_000, perSecond: 1 },
];

const CREATE_FLOW = 'mutation { createFlow(input: { name: "fan-out" }) { flow { id } } }';

/** One publisher moves one run, and a thousand graphql-ws clients or more subscribe to it. */
export async function fanOut({ url }) {
  const { createFlow } = await request(url, CREATE_FLOW);
  const rows = LOADS.map((load) => ({ ...load, results: [] }));
  for (let round = 1; round <= ROUNDS; round++)
    for (const row of rows) {
      listen();
      const result = await watch(url, createFlow.flow.id, { ...row, seconds: SECONDS });
      row.results.push(result);
      console.error(`fan-out, round ${round}: ${nameOf(row)}: ${readable(result.sent.p50)} ms`);
    }
  const memory = [];
  for (const subscribers of new Set(LOADS.map((load) => load.subscribers)))
    memory.push([readable(subscribers), readable(await memoryOfEach(subscribers))]);
  return report(rows, memory);
}

/** Kilobytes of a new server for each subscriber. A server that had subscribers before has memory left from them. */
async function memoryOfEach(subscribers) {
  const { url, pid, stop } = await startFlowql();
  try {
    const { createFlow } = await request(url, CREATE_FLOW);
    // Other memory that a server takes when it starts to work is not counted.
    await watch(url, createFlow.flow.id, { subscribers: 50, perSecond: null, seconds: 1 });
    const before = memoryOfOne(pid);
    const load = { subscribers, perSecond: null, seconds: 0, serverPid: pid };
    const { memory } = await watch(url, createFlow.flow.id, load);
    return ((memory - before) * 1024) / subscribers;
  } finally {
    await stop();
  }
}

async function watch(url, flowId, load) {
  const { createFlowRun } = await request(
    url,
    `mutation Create($flowId: ID!) {
      createFlowRun(input: { flowId: $flowId, state: { type: RUNNING } }) { flowRun { id } }
    }`,
    { flowId },
  );
  const clients = fork(path.join(import.meta.dirname, 'subscribers.mjs'), [url]);
  clients.send({ flowRunId: createFlowRun.flowRun.id, ...load });
  return answerOf(clients);
}

const nameOf = ({ subscribers, perSecond }) =>
  `${readable(subscribers)} subscribers, ${perSecond === null ? 'as fast as all receive' : `${perSecond} events per second`}`;

function report(rows, memory) {
  const of = (row, pick) => spread(row.results.map(pick));
  const [steady] = rows;
  return `## Fan-out

graphql-ws clients subscribe to one run's states, and one publisher moves the run, all on this machine. With
${nameOf(steady)}, an event arrives **${readable(median(steady.results.map(({ sent }) => sent.p50)))} ms** after the publisher sends the
mutation (median). Every subscriber received every event, once and in order.

${table(
  ['', 'deliveries per second', 'from sending: p50 ms', 'p99 ms', "from the state's timestamp: p50 ms", 'p99 ms'],
  rows.map((row) => [
    nameOf(row),
    of(row, ({ deliveries }) => deliveries),
    of(row, ({ sent }) => sent.p50),
    of(row, ({ sent }) => sent.p99),
    of(row, ({ stamped }) => stamped.p50),
    of(row, ({ stamped }) => stamped.p99),
  ]),
)}

The timestamp is read under the run's lock, shortly before the commit, so times from it include a little more than the
delivery.

The growth of a new server's resident memory while the subscribers connect and receive their first events:

${table(['subscribers', 'kB for each'], memory)}`;
}
