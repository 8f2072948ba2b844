import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again and again until the answer is true; fails at the deadline, telling what it waited for. */
export async function waitFor(
  condition: () => boolean | Promise<boolean>,
  { timeoutMs = 10_000 }: { timeoutMs?: number } = {},
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Waited ${timeoutMs} ms in vain for: ${condition}`);
    await sleep(5);
  }
}
