import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';

export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Returns an id that no row has. */
export const nobody = () => randomUUID();
export const unique = (word = 'x') => `${word}-${randomUUID().slice(0, 8)}`;

/** Sorts a list to compare it in any order. */
export const inAnyOrder = (list: readonly unknown[]) => list.map((item) => JSON.stringify(item)).sort();

/** Expects the same instant in any notation. An answer must have an offset. */
export function expectInstant(got: string, want: string, what?: string): void {
  expect(got, what).toMatch(/(Z|[+-]\d\d:?\d\d)$/);
  expect(Date.parse(got), what).toBe(Date.parse(want));
}

/** Expects a recent time. */
export function expectRecent(got: string, what?: string, seconds = 15): void {
  expect(Math.abs(Date.parse(got) - Date.now()), what).toBeLessThan(seconds * 1000);
}

export const times = <Made>(count: number, make: (index: number) => Promise<Made>): Promise<Made[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)));

/** Returns a time relative to now, as Python writes it. */
export const inSeconds = (seconds: number, from = Date.now()) =>
  new Date(from + seconds * 1000).toISOString().replace('Z', '+00:00');

/** Asks until it is so, or the deadline; gives the last answer, for the case to judge. */
export async function until<Value>(
  ask: () => Promise<Value> | Value,
  isDone: (value: Value) => boolean,
  deadlineMs = 5_000,
  everyMs = 100,
): Promise<Value> {
  const end = Date.now() + deadlineMs;
  for (;;) {
    const value = await ask();
    if (isDone(value) || Date.now() > end) return value;
    await sleep(everyMs);
  }
}
