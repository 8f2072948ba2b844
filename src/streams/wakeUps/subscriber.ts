import type { Problem } from '../../core/values/problem.ts';

const DONE = { done: true, value: undefined } as const;

/**
 * One subscriber to a stream, as an async iterator. `next` returns an event if one is known, and otherwise waits until
 * `wake` is called; each kind of stream decides which event comes next and when to wake its subscribers. A subscriber
 * has one consumer, which requests one event at a time.
 */
export abstract class Subscriber<Event> implements AsyncIterableIterator<Event> {
  private waking: (() => void) | null = null;
  private isOver = false;

  /** Returns the next event; null if none is known. */
  protected abstract take(): Event | null;
  /** Called when there is nothing to take. The stream must call `wake` when that may have changed. */
  protected abstract park(): void;
  /** Called once, at the end. */
  protected abstract left(): void;
  /** Why no event follows; null while events may follow. */
  protected whyOver(): { problem: Problem | null } | null {
    return null;
  }

  async next(): Promise<IteratorResult<Event, undefined>> {
    if (this.waking)
      throw new Error('A stream gives one event at a time: wait for `next` to settle before you call it again.');
    while (!this.isOver) {
      const value = this.take();
      if (value) return { done: false, value };
      const over = this.whyOver();
      if (over) {
        this.leave();
        if (over.problem) throw over.problem;
        break;
      }
      await new Promise<void>((resolve) => {
        this.waking = resolve;
        this.park();
      });
    }
    return DONE;
  }

  /** Ends the subscription immediately, and a waiting `next` with it. */
  async return(): Promise<IteratorResult<Event, undefined>> {
    this.leave();
    return DONE;
  }

  async throw(error: unknown): Promise<never> {
    this.leave();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  wake(): void {
    const { waking } = this;
    this.waking = null;
    waking?.();
  }

  leave(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.left();
    this.wake();
  }
}
