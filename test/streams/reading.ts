import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '../../src/store/connection/database.ts';
import type { StreamEvent } from '../../src/streams/streams.ts';
import { DEADLINE_MS } from '../support/waitFor.ts';

/** Returns the promise with a deadline, after which it rejects with `what` it waited for. */
export async function inTime<Result>(promise: Promise<Result>, what: string): Promise<Result> {
  const over = new AbortController();
  const late = pause(DEADLINE_MS, null, { signal: over.signal }).then(() => {
    throw new Error(`waited ${DEADLINE_MS} ms for ${what}`);
  });
  late.catch(() => {});
  try {
    return await Promise.race([promise, late]);
  } finally {
    over.abort();
  }
}

/** Returns the next `count` events of a stream, or fewer if it ends before. */
export async function take<Event>(events: AsyncIterator<Event>, count: number): Promise<Event[]> {
  const taken: Event[] = [];
  const all = async () => {
    while (taken.length < count) {
      const { done, value } = await events.next();
      if (done) break;
      taken.push(value);
    }
    return taken;
  };
  return inTime(all(), `${count} events`);
}

export const positions = (events: readonly StreamEvent[]): number[] => events.map(({ position }) => position);
export const cursors = (events: readonly StreamEvent[]): string[] => events.map(({ cursor }) => cursor);

/** `first, first + 1, ..., last`. */
export const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** Records the names of all statements from now on. */
export function recordStatements(database: Database): string[] {
  const names: string[] = [];
  database.onStatement = (name) => names.push(name);
  return names;
}
