// Runs as a separate process in a session of its own; see keeper.mjs. Its input ends when the bench ends or closes it.
import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

const GRACE_MS = 15_000;

const entries = [];
for await (const line of createInterface({ input: process.stdin })) entries.push(JSON.parse(line));
const programs = entries.filter(({ pid }) => pid).reverse();
// A halted process does not react to another signal.
for (const { pid } of programs) send(-pid, 'SIGCONT');
for (const { pid, signal } of programs) {
  send(pid, signal);
  const deadline = Date.now() + GRACE_MS;
  while (send(pid, 0) && Date.now() < deadline) await pause(50);
  send(-pid, 'SIGKILL');
}
for (const { directory } of entries)
  if (directory) await rm(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });

/** False if there is no such process. */
function send(pid, signal) {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
