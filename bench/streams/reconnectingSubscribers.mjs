// Runs as a separate process: subscribes to one run over many connections, cuts them all at once and resumes.
import { setTimeout as pause } from 'node:timers/promises';
import { quantile } from '../figures.mjs';
import { cpuOfOne } from '../load/processes.mjs';
import { publish, subscribe } from './subscribe.mjs';

const CURSOR = /"cursor":"([^"]+)"/;
const OPENING_AT_ONCE = 50;
const BEFORE_CUT_MS = 2_000;
const DEADLINE_MS = 60_000;
const MOST_PAUSE_MS = 200;

const url = process.argv[2];

process.on('message', async (task) => process.send(await measure(task)));

async function measure({ flowRunId, subscribers, perSecond, serverPid }) {
  const clients = Array.from({ length: subscribers }, () => ({ after: undefined, socket: null, resumedAt: null }));
  let refused = 0;
  const connect = async (client) => {
    const received = ({ text, version }) => {
      client.after = { cursor: CURSOR.exec(text)[1], version };
      client.resumedAt ??= performance.now();
    };
    for (;;) {
      try {
        client.socket = await subscribe(url, flowRunId, { received, after: client.after });
        return;
      } catch {
        // The server limits how many connections wait for their first message. A client waits a moment and tries again.
        refused += 1;
        await pause(Math.random() * MOST_PAUSE_MS);
      }
    }
  };
  for (let first = 0; first < subscribers; first += OPENING_AT_ONCE)
    await Promise.all(clients.slice(first, first + OPENING_AT_ONCE).map(connect));

  const publisher = startPublisher(flowRunId, perSecond);
  await until(() => clients.every(({ after }) => after));
  await pause(BEFORE_CUT_MS);

  const cpuBefore = cpuOfOne(serverPid);
  publisher.forgetSlowest();
  refused = 0;
  const cutAt = performance.now();
  for (const client of clients) {
    client.socket.removeAllListeners('message');
    client.socket.terminate();
    client.resumedAt = null;
  }
  await Promise.all(clients.map(connect));
  await until(() => clients.every(({ resumedAt }) => resumedAt !== null));
  const cpuMs = (cpuOfOne(serverPid) - cpuBefore) / 1000 / subscribers;
  const { last, slowest } = await publisher.stop();
  // Nothing was lost: each client has the last event, and no event of a client had a gap before it.
  await until(() => clients.every(({ after }) => after.version === last));
  for (const { socket } of clients) socket.terminate();
  const times = clients.map(({ resumedAt }) => resumedAt - cutAt);
  const [p50, p99] = [0.5, 0.99].map((part) => quantile(times, part));
  return { p50, p99, all: Math.max(...times), cpuMs, refused, slowestWrite: slowest };
}

/** Sets states at a steady pace. The run's first state has the version 1. */
function startPublisher(flowRunId, perSecond) {
  let last = 1;
  let slowest = 0;
  let isOver = false;
  const work = async () => {
    while (!isOver) {
      const start = performance.now();
      last += 1;
      await publish(url, flowRunId, last);
      slowest = Math.max(slowest, performance.now() - start);
      await pause(Math.max(0, start + 1000 / perSecond - performance.now()));
    }
  };
  const working = work();
  return {
    forgetSlowest() {
      slowest = 0;
    },
    async stop() {
      isOver = true;
      await working;
      return { last, slowest };
    },
  };
}

async function until(condition) {
  const deadline = performance.now() + DEADLINE_MS;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('some subscribers lack events');
    await pause(10);
  }
}
