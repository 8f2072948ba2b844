import type { PresentError } from '../observing/presentError.ts';
import type { SharedResult } from './sharedExecution.ts';

/** The results of a subscription. It only throws ClientErrors. */
export type Events = AsyncIterableIterator<SharedResult, undefined, undefined>;

interface EventHandlers {
  answer(event: object): Promise<SharedResult>;
  present: PresentError;
  /** Called once. */
  ended(): void;
}

/** Returns the result for each event of a source. Not a generator: its `return` would wait for a pending `next`. */
export function eventsOfSource(source: AsyncIterator<unknown>, { answer, present, ended }: EventHandlers): Events {
  const over = { done: true, value: undefined } as const;
  let isOpen = true;
  const end = () => {
    if (isOpen) ended();
    isOpen = false;
    return over;
  };
  const events: Events = {
    async next() {
      try {
        const { done, value } = await source.next();
        if (done) return end();
        return { done: false, value: await answer(value as object) }; // events are objects
      } catch (error) {
        end();
        throw present(error);
      }
    },
    async return() {
      await source.return?.();
      return end();
    },
    [Symbol.asyncIterator]: () => events,
  };
  return events;
}
