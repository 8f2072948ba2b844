import type { Problem } from '../../core/values/problem.ts';
import type { StreamName } from '../../store/runs/streamReads.ts';
import type { StreamEvent, Topic } from '../wakeUps/topic.ts';
import type { FollowedTail, Follower } from './follower.ts';
import { streamCursor } from './streamCursor.ts';
import { StreamWindow } from './streamWindow.ts';
import { covers, type Stretch } from './stretch.ts';

/** A row with its position in the stream. */
export interface PlacedRow {
  position: number;
  row: StreamEvent['row'];
}

/** A request to read the rows after a position. `take` gets them; `complete` is true if there are no more. */
export interface Reading {
  id: string;
  after: number;
  take(rows: readonly PlacedRow[], complete: boolean): void;
}

/** Requests the next reading of a tail. */
export interface TailReads {
  /** A reading of new rows, for all followers. */
  news(tail: Tail): void;
  /** A reading of rows that the window no longer holds, for slow followers. */
  pages(tail: Tail): void;
}

/**
 * Reads one stream for all its followers in this process. The tail reads each new row once and keeps the newest in a
 * window. A follower has no queue, only a position, and takes its next event from the window. A follower that is slower
 * than the window reads the table, a page at a time, until it catches up: it misses nothing and does not slow others.
 */
export class Tail implements FollowedTail {
  readonly topic: Topic;
  readonly name: StreamName;
  readonly id: string;
  readonly followers = new Set<Follower>();
  /** Null until the head of the stream is known. */
  window: StreamWindow | null = null;
  /** Why no event follows: the run was deleted (null), or the stream failed. Null while events may follow. */
  end: { problem: Problem | null } | null = null;
  private wokenEarly = false;
  /** Followers at the head that wait for new events. */
  private readonly waiting = new Set<Follower>();
  /** Followers behind the window that wait for a page, the longest wait first. */
  private readonly behind = new Set<Follower>();

  constructor(
    stream: { topic: Topic; name: StreamName; id: string },
    private readonly reads: TailReads,
  ) {
    this.topic = stream.topic;
    this.name = stream.name;
    this.id = stream.id;
  }

  /** Rows may have been written. */
  wake(): void {
    if (this.window) this.reads.news(this);
    else this.wokenEarly = true;
  }

  /** Starts reading at the head. Older rows are read in pages. */
  begin(head: number): void {
    if (this.window) return;
    this.window = new StreamWindow(head);
    // A wake-up may have come between reading the head and this call.
    if (this.wokenEarly) this.reads.news(this);
  }

  /** Ends the stream. Events in the window are still delivered. */
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
   * A page goes to each follower whose next event is in it. So if many followers reconnect at the same time, each at
   * its own position, the number of reads depends on the pages that these positions span, not on the number of
   * followers.
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

  /** An assigned number is missing only if its row was deleted, except for the lines of a task run, which have gaps. */
  skippedBetween(previous: number, position: number): number {
    return this.name === 'taskRunLogs' ? 0 : position - previous - 1;
  }
}
