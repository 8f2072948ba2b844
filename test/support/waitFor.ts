import { setTimeout as sleep } from 'node:timers/promises';

/** Ends what hangs. It is far beyond what a slow machine needs. */
export const DEADLINE_MS = 120_000;

/** Checks a condition until it is true. Fails at the deadline with the text of the condition. */
export async function waitFor(
  condition: () => boolean | Promise<boolean>,
  { timeoutMs = DEADLINE_MS }: { timeoutMs?: number } = {},
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Waited ${timeoutMs} ms in vain for: ${condition}`);
    await sleep(5);
  }
}
