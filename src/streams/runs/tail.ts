import type { Problem } from '../../core/values/problem.ts';
import type { StreamName } from '../../store/runs/streamReads.ts';
import type { StreamEvent, Topic } from '../wakeUps/topic.ts';
import type { FollowedTail, Follower } from './follower.ts';
import { streamCursor } from './streamCursor.ts';
import { StreamWindow } from './streamWindow.ts';
import { covers, type Stretch } from './stretch.ts';

/** A row as it is read, with its place in the stream. */
export interface PlacedRow {
  position: number;
  row: StreamEvent['row'];
}

/** What a tail wants read: rows after a position. `take` gets them; `complete` where there were no more. */
export interface Reading {
  id: string;
  after: number;
  take(rows: readonly PlacedRow[], complete: boolean): void;
}

/** How a tail asks for its next reading. */
export interface TailReads {
  /** Of what is new, for all at once. */
  news(tail: Tail): void;
  /** Of what the window has forgotten, for those behind it. */
  pages(tail: Tail): void;
}

/**
 * What this process knows of one stream while somebody follows it. The tail reads each new row once and keeps the newest in a
 * window; a follower has no queue, only a position, and takes its next event from the window. One who is slower than the
 * window reads on in the table, a page at a time, until it is back: so a slow follower costs nobody anything, and misses
 * nothing.
 */
export class Tail implements FollowedTail {
  readonly topic: Topic;
  readonly name: StreamName;
  readonly id: string;
  readonly followers = new Set<Follower>();
  /** Null until the head of the stream is known. */
  window: StreamWindow | null = null;
  /** Why nothing more will come: the run was deleted (null), or the stream broke off. */
  end: { problem: Problem | null } | null = null;
  private wokenEarly = false;
  /** At the head, waiting for news. */
  private readonly waiting = new Set<Follower>();
  /** Behind the window, waiting for a page; whoever has waited longest stands first. */
  private readonly behind = new Set<Follower>();

  constructor(
    stream: { topic: Topic; name: StreamName; id: string },
    private readonly reads: TailReads,
  ) {
    this.topic = stream.topic;
    this.name = stream.name;
    this.id = stream.id;
  }

  /** Something may have been written. */
  wake(): void {
    if (this.window) this.reads.news(this);
    else this.wokenEarly = true;
  }

  /** From here on the tail reads; what is older it leaves to pages. */
  begin(head: number): void {
    if (this.window) return;
    this.window = new StreamWindow(head);
    // The wake-up may have come after the head was read and before it arrived.
    if (this.wokenEarly) this.reads.news(this);
  }

  /** Nothing more will come; what the window holds is still delivered. */
  finish(problem: Problem | null): void {
    this.end = { problem };
    for (const follower of this.followers) follower.wake();
  }

  join(follower: Follower): void {
    this.followers.add(follower);
  }

  park(follower: Follower): void {
    if (this.window && follower.reached >= this.window.from) {
      this.waiting.add(follower);
    } else {
      this.behind.add(follower);
      this.reads.pages(this);
    }
  }

  leave(follower: Follower): void {
    this.followers.delete(follower);
    this.waiting.delete(follower);
    this.behind.delete(follower);
  }

  newsReading(): Reading | null {
    const { window } = this;
    if (!window || this.followers.size === 0) return null;
    return {
      id: this.id,
      after: window.to,
      take: (rows, complete) => {
        if (!complete) this.reads.news(this);
        if (rows.length === 0) return;
        window.push(this.events(window.to, rows));
        const woken = [...this.waiting];
        this.waiting.clear();
        for (const follower of woken) follower.wake();
      },
    };
  }

  /**
   * The page goes to everyone whose next event is in it, wherever in it they stand. So many followers that come back at
   * once, each at a place of its own, cost about as many reads as their places fill pages.
   */
  pageReading(): Reading | null {
    const [first] = this.behind;
    const { window } = this;
    if (!first || !window) return null;
    const from = first.reached;
    const known = window.to;
    return {
      id: this.id,
      after: from,
      take: (rows, complete) => {
        const last = rows.at(-1)?.position ?? from;
        const page: Stretch = { from, to: complete ? Math.max(known, last) : last, events: this.events(from, rows) };
        for (const follower of this.behind) {
          if (!covers(page, follower.reached)) continue;
          this.behind.delete(follower);
          follower.receive(page);
        }
        if (this.behind.size > 0) this.reads.pages(this);
      },
    };
  }

  private events(after: number, rows: readonly PlacedRow[]): StreamEvent[] {
    let previous = after;
    return rows.map(({ position, row }) => {
      const skipped = this.skippedBetween(previous, position);
      previous = position;
      return { position, cursor: streamCursor(this.topic, position), skipped, row };
    });
  }

  /** A number that was given out is in the table, unless its row was deleted. The lines of a task run have gaps anyway. */
  skippedBetween(previous: number, position: number): number {
    return this.name === 'taskRunLogs' ? 0 : position - previous - 1;
  }
}
