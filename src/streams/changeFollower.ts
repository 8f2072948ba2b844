import { beforeTransaction, type ChangePlace } from '../store/flowRunChanges.ts';
import type { FlowRunChangesEvent } from './changeEvent.ts';
import type { ChangeTail } from './changeTail.ts';
import type { PlacedEvent } from './changeWindow.ts';

const DONE = { done: true, value: undefined } as const;

/** A page that was read for those behind; `isLast`: it leads up to where the tail was when it was read. */
export interface ChangePage {
  from: ChangePlace;
  /** Null where there was nothing to tell. */
  event: FlowRunChangesEvent | null;
  to: ChangePlace;
  isLast: boolean;
}

/** One subscriber to a filter: a place among the changes, and the promise it waits on. It has one consumer. */
export class ChangeFollower implements AsyncIterableIterator<FlowRunChangesEvent> {
  /** Live followers take their events from the tail's window, others from pages. */
  isLive = false;
  /** Everything up to here was told. */
  place = beforeTransaction(0);
  private snapshot: FlowRunChangesEvent | null = null;
  private page: ChangePage | null = null;
  private pageIsIdle = false;
  private toldCounts = 0;
  private waking: (() => void) | null = null;
  private isOver = false;

  constructor(
    private readonly tail: ChangeTail,
    readonly wantsCounts: boolean,
    private readonly left: () => void,
  ) {
    tail.audience.followers.add(this);
  }

  beginWith({ event, to }: PlacedEvent): void {
    this.snapshot = event;
    this.place = to;
    this.isLive = true;
  }

  resumeAfter(place: ChangePlace): void {
    this.place = place;
  }

  async next(): Promise<IteratorResult<FlowRunChangesEvent, undefined>> {
    if (this.waking) throw new Error('a stream is asked for one event at a time');
    while (!this.isOver) {
      const value = this.take();
      if (value) return { done: false, value };
      if (this.tail.end) {
        this.leave();
        throw this.tail.end;
      }
      await new Promise<void>((resolve) => {
        this.waking = resolve;
        this.tail.park(this);
      });
    }
    return DONE;
  }

  /** Ends at once, and a waiting `next` with it. */
  async return(): Promise<IteratorResult<FlowRunChangesEvent, undefined>> {
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

  receive(page: ChangePage): void {
    this.page = page;
    this.pageIsIdle = false;
    this.wake();
  }

  /** Called now and then: a page nobody has taken in between is let go, to be read again if it is wanted after all. */
  letGoOfIdlePage(): void {
    if (this.pageIsIdle) this.page = null;
    this.pageIsIdle = true;
  }

  leave(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.page = null;
    this.snapshot = null;
    this.tail.audience.leave(this);
    this.left();
    this.wake();
  }

  private take(): FlowRunChangesEvent | null {
    return this.takeSnapshot() ?? this.takePage() ?? this.takeFromWindow() ?? this.takeCounts();
  }

  private takeSnapshot(): FlowRunChangesEvent | null {
    const { snapshot } = this;
    this.snapshot = null;
    return snapshot && this.told(snapshot);
  }

  private takePage(): FlowRunChangesEvent | null {
    const { page } = this;
    if (!page) return null;
    this.page = null;
    this.place = page.to;
    this.isLive = page.isLast;
    return page.event && this.told(page.event);
  }

  private takeFromWindow(): FlowRunChangesEvent | null {
    if (!this.isLive) return null;
    const { window } = this.tail.story;
    // Who has fallen behind the window reads pages until it is back.
    this.isLive = window.reachesBackTo(this.place);
    const placed = this.isLive ? window.after(this.place) : undefined;
    if (!placed) return null;
    this.place = placed.to;
    return this.told(placed.event);
  }

  private takeCounts(): FlowRunChangesEvent | null {
    if (!this.isLive || !this.wantsCounts || this.toldCounts === this.tail.counts.number) return null;
    return this.told(this.tail.story.countsEvent());
  }

  /** Every event shows the newest counts. */
  private told(event: FlowRunChangesEvent): FlowRunChangesEvent {
    this.toldCounts = this.tail.counts.number;
    return event;
  }
}
