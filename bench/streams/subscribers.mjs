// Runs as a separate process: subscribes to one run over many graphql-ws connections and also publishes its states, so
// that one clock measures both ends. It implements the protocol by hand, to leave the CPU to the server.
import { setTimeout as pause } from 'node:timers/promises';
import { quantile } from '../figures.mjs';
import { memoryOfOne } from '../load/processes.mjs';
import { publish, subscribe } from './subscribe.mjs';

const TIMESTAMP = /"timestamp":"([^"]+)"/;
const WARM_UP = 20;
const OPENING_AT_ONCE = 50;

const url = process.argv[2];
const now = () => performance.timeOrigin + performance.now();

process.on('message', async (task) => process.send(await measure(task)));

async function measure({ flowRunId, subscribers, seconds, perSecond, serverPid }) {
  /** By version: when it was sent, when it arrived, and a promise that resolves when every subscriber has it. */
  const events = new Map();
  const eventOf = (version) => {
    const known = events.get(version) ?? { arrivals: [], complete: resolvers() };
    events.set(version, known);
    return known;
  };

  const sockets = [];
  for (let first = 0; first < subscribers; first += OPENING_AT_ONCE)
    sockets.push(
      ...(await Promise.all(Array.from({ length: OPENING_AT_ONCE }, () => subscribe(url, flowRunId, { received })))),
    );
  function received({ text, version }) {
    const event = eventOf(version);
    event.arrivals.push(now());
    event.timestamp ??= TIMESTAMP.exec(text)[1];
    if (event.arrivals.length === subscribers) event.complete.resolve();
  }

  let version = 1;
  const publishNext = async () => {
    version += 1;
    const event = eventOf(version);
    event.sentAt = now();
    await publish(url, flowRunId, version);
    return event.complete.promise;
  };
  // A new subscription without events does not say that it is ready; the warm-up events show it.
  await pause(1_000);
  for (let event = 0; event < WARM_UP; event++) await publishNext();
  const memory = serverPid ? memoryOfOne(serverPid) : null;
  const first = version + 1;
  const start = now();
  const pending = [];
  for (let event = 0; now() - start < seconds * 1000; event++) {
    if (perSecond === null) await publishNext();
    else {
      pending.push(publishNext());
      await pause(Math.max(0, start + ((event + 1) * 1000) / perSecond - now()));
    }
  }
  await Promise.all(pending);
  const elapsed = (now() - start) / 1000;
  for (const socket of sockets) socket.terminate();

  const measured = [...events].filter(([number]) => number >= first).map(([, event]) => event);
  const latencies = (from) => measured.flatMap((event) => event.arrivals.map((at) => at - from(event)));
  return {
    memory,
    deliveries: (measured.length * subscribers) / elapsed,
    sent: quantiles(latencies(({ sentAt }) => sentAt)),
    stamped: quantiles(latencies(({ timestamp }) => instantOf(timestamp))),
  };
}

const quantiles = (values) => ({ p50: quantile(values, 0.5), p99: quantile(values, 0.99) });

/** Milliseconds with a fraction, which Date would drop. */
const instantOf = (timestamp) =>
  Date.parse(`${timestamp.slice(0, 19)}Z`) + Number(`0${timestamp.slice(19, -1)}`) * 1000;

function resolvers() {
  const made = {};
  made.promise = new Promise((resolve) => {
    made.resolve = resolve;
  });
  return made;
}
