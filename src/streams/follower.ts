import { covers, eventAfter, type Stretch } from './stretch.ts';
import type { Tail } from './tail.ts';
import type { StreamEvent } from './topic.ts';

const DONE = { done: true, value: undefined } as const;

/** One subscriber: a place in a stream, and the promise it waits on. It has one consumer, which asks for one event at a time. */
export class Follower implements AsyncIterableIterator<StreamEvent> {
  /** No event up to here is still to come. It runs ahead of `delivered` where rows were deleted. */
  reached = 0;
  private delivered = 0;
  private page: Stretch | null = null;
  private pageIsIdle = false;
  private waking: (() => void) | null = null;
  private isOver = false;

  constructor(
    private readonly tail: Tail,
    private readonly left: (tail: Tail) => void,
  ) {
    tail.followers.add(this);
  }

  startAfter(position: number): void {
    this.reached = position;
    this.delivered = position;
  }

  async next(): Promise<IteratorResult<StreamEvent, undefined>> {
    if (this.waking) throw new Error('a stream is asked for one event at a time');
    while (!this.isOver) {
      const event = this.take();
      if (event) return { done: false, value: event };
      if (this.tail.end) {
        this.leave();
        if (this.tail.end.problem) throw this.tail.end.problem;
        break;
      }
      await new Promise<void>((resolve) => {
        this.waking = resolve;
        this.tail.park(this);
      });
    }
    return DONE;
  }

  /** Ends at once, and a waiting `next` with it. */
  async return(): Promise<IteratorResult<StreamEvent, undefined>> {
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

  receive(page: Stretch): void {
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
    this.tail.leave(this);
    this.left(this.tail);
    this.wake();
  }

  private take(): StreamEvent | null {
    for (let known = this.whatComesNext(); known; known = this.whatComesNext()) {
      const event = eventAfter(known, this.reached);
      this.reached = event?.position ?? known.to;
      if (event) return this.deliver(event);
    }
    this.page = null;
    return null;
  }

  /** The window wins where both know the next event: its events are the ones that everybody shares. */
  private whatComesNext(): Stretch | null {
    const { window } = this.tail;
    if (window && covers(window, this.reached)) return window;
    if (!this.page || !covers(this.page, this.reached)) return null;
    this.pageIsIdle = false;
    return this.page;
  }

  /** Events are shared; what was skipped may differ for one who came to a place whose rows were deleted. */
  private deliver(event: StreamEvent): StreamEvent {
    const skipped = this.tail.skippedBetween(this.delivered, event.position);
    this.delivered = event.position;
    return skipped === event.skipped ? event : { ...event, skipped };
  }
}
