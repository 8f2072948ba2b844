import { fork } from 'node:child_process';
import path from 'node:path';
import { readable, spread, table } from '../figures.mjs';
import { listen } from '../noise.mjs';
import { request } from '../server.mjs';
import { answerOf } from './answerOf.mjs';

const SUBSCRIBERS = 2_000;
const ROUNDS = 5;
const PER_SECOND = 10;

/** Cuts all connections of the subscribers of a run at once. All connect again at once and resume at their cursors. */
export async function reconnect({ url, pid }) {
  const { createFlow } = await request(url, 'mutation { createFlow(input: { name: "reconnect" }) { flow { id } } }');
  const results = [];
  for (let round = 1; round <= ROUNDS; round++) {
    listen();
    const { createFlowRun } = await request(
      url,
      `mutation Create($flowId: ID!) {
        createFlowRun(input: { flowId: $flowId, state: { type: RUNNING } }) { flowRun { id } }
      }`,
      { flowId: createFlow.flow.id },
    );
    const clients = fork(path.join(import.meta.dirname, 'reconnectingSubscribers.mjs'), [url]);
    clients.send({
      flowRunId: createFlowRun.flowRun.id,
      subscribers: SUBSCRIBERS,
      perSecond: PER_SECOND,
      serverPid: pid,
    });
    const result = await answerOf(clients);
    results.push(result);
    console.error(`reconnect, round ${round}: all after ${readable(result.all)} ms`);
  }
  return report(results);
}

function report(results) {
  const of = (name) => spread(results.map((result) => result[name]));
  return `## A storm of reconnects

${readable(SUBSCRIBERS)} graphql-ws clients subscribe to one run's states, while a publisher sets ${PER_SECOND} states per second. All their connections
are cut at once, and all clients connect again at once, each with the cursor of its last event. Times are from the cut to a
client's first event on the new connection. Every subscriber received every event, once and in order, across the cut.

${table(
  ['', 'median (least-most)'],
  [
    ['half of the clients resumed after, ms', of('p50')],
    ['99 of 100 after, ms', of('p99')],
    ['all after, ms', of('all')],
    ['refused connections, tried again within 0.2 s', of('refused')],
    ["the server's CPU time for one client, ms", of('cpuMs')],
    ['a state of the run was set in, ms: most', of('slowestWrite')],
  ],
)}`;
}
