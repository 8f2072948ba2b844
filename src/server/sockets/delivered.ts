import type { ExecutionResult } from 'graphql';
import type { Events } from '../operations/eventsOfSource.ts';

/** Sends a result, given as JSON, to the client of the operation; resolves when it is written. */
export type Deliver = (json: string) => Promise<void>;

/**
 * Sends the events itself, because graphql-ws would serialize every event again for every socket. For graphql-ws this
 * is an operation without results that ends at some point. Not a generator: `return` must not wait for a pending
 * `next`.
 */
export function delivered(events: Events, deliver: Deliver): AsyncIterableIterator<ExecutionResult> {
  let isOver = false;
  const over = { done: true, value: undefined } as const;
  const iterator: AsyncIterableIterator<ExecutionResult> = {
    async next() {
      while (!isOver) {
        const { done, value } = await events.next();
        if (done || isOver) break;
        await deliver(value.json);
      }
      return over;
    },
    async return() {
      isOver = true;
      await events.return?.();
      return over;
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}
