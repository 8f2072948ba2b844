// Runs as a separate process: subscribes to the states of many runs, each over a connection of its own.
import { setTimeout as pause } from 'node:timers/promises';
import { runId } from '../runId.mjs';
import { subscribe } from './subscribe.mjs';

const OPENING_AT_ONCE = 50;
const DEADLINE_MS = 30_000;

const url = process.argv[2];
let readers = [];

process.on('message', async (task) => process.send(await (task.open ? open(task.open) : close(task))));

async function open(runs) {
  readers = Array.from({ length: runs }, (_, run) => ({ id: runId(run + 1), first: null, last: null, socket: null }));
  const connect = async (reader) => {
    const received = ({ version }) => {
      reader.first ??= version;
      reader.last = version;
    };
    reader.socket = await subscribe(url, reader.id, { received });
  };
  for (let from = 0; from < runs; from += OPENING_AT_ONCE)
    await Promise.all(readers.slice(from, from + OPENING_AT_ONCE).map(connect));
  // A new subscription without events does not say that it is ready.
  await pause(2_000);
  return {};
}

/** Waits until each reader has the last version of its run; `before` are the versions when the subscriptions started. */
async function close({ expected, before }) {
  const isComplete = ({ first, last }, run) =>
    expected[run] === before[run] ? first === null : first === before[run] + 1 && last === expected[run];
  const deadline = performance.now() + DEADLINE_MS;
  while (!readers.every(isComplete)) {
    if (performance.now() > deadline) throw new Error('some readers lack states');
    await pause(10);
  }
  for (const { socket } of readers) socket.terminate();
  return { delivered: expected.reduce((sum, version, run) => sum + version - before[run], 0) };
}
