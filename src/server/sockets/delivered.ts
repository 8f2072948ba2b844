import type { ExecutionResult } from 'graphql';
import type { Events } from '../operations/operations.ts';

/** Sends a result, given as JSON, to whoever asked for the operation; resolves when it has left. */
export type Deliver = (json: string) => Promise<void>;

/**
 * Sends the events itself, in place of graphql-ws, which would write every event as JSON for every socket. To graphql-ws
 * this is an operation without results that ends some time. Not a generator: `return` must not wait behind `next`.
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
