import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { parseInstant } from '../../../../src/core/values/instant.ts';
import { DEADLINE_MS } from '../../../support/waitFor.ts';

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

/** Returns a time in microseconds. */
export const instant = (text: string): number => parseInstant(text) ?? Number.NaN;

/** Expects a time of this test run. */
export function expectRecent(got: string, what?: string): void {
  expect(Math.abs(Date.parse(got) - Date.now()), what).toBeLessThan(2 * DEADLINE_MS);
}

export const times = <Made>(count: number, make: (index: number) => Promise<Made>): Promise<Made[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)));

/** Returns a time relative to now, as Python writes it. */
export const inSeconds = (seconds: number, from = Date.now()) =>
  new Date(from + seconds * 1000).toISOString().replace('Z', '+00:00');

/** Repeats a request until its answer is the expected one or a deadline passes. Returns the last answer. */
export async function until<Value>(
  ask: () => Promise<Value> | Value,
  isDone: (value: Value) => boolean,
): Promise<Value> {
  const deadline = performance.now() + DEADLINE_MS;
  for (;;) {
    const value = await ask();
    if (isDone(value) || performance.now() > deadline) return value;
    await sleep(20);
  }
}
