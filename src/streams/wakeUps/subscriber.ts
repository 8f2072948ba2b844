import type { Problem } from '../../core/values/problem.ts';

const DONE = { done: true, value: undefined } as const;

/**
 * One subscriber: the promise it waits on, and the page that it was handed where it is behind. What place it has, and which
 * event comes next, its kind of stream says. It has one consumer, which asks for one event at a time.
 */
export abstract class Subscriber<Event, Page> implements AsyncIterableIterator<Event> {
  protected page: Page | null = null;
  protected pageIsIdle = false;
  private waking: (() => void) | null = null;
  private isOver = false;

  /** The next event, if it is known. */
  protected abstract take(): Event | null;
  /** There is nothing to take: it is to be woken when that may have changed. */
  protected abstract park(): void;
  /** Why nothing more will come; null where something may. */
  protected abstract whyOver(): { problem: Problem | null } | null;
  /** Called once, at its end. */
  protected abstract left(): void;

  async next(): Promise<IteratorResult<Event, undefined>> {
    if (this.waking) throw new Error('a stream is asked for one event at a time');
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

  /** Ends at once, and a waiting `next` with it. */
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

  receive(page: Page): void {
    this.page = page;
    this.pageIsIdle = false;
    this.wake();
  }

  /** Called now and then: a page nobody has touched in between is let go, to be read again if it is wanted after all. */
  letGoOfIdlePage(): void {
    if (this.pageIsIdle) this.page = null;
    this.pageIsIdle = true;
  }

  leave(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.page = null;
    this.left();
    this.wake();
  }
}
