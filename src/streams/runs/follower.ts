import type { Problem } from '../../core/values/problem.ts';
import { PagedSubscriber } from '../wakeUps/pagedSubscriber.ts';
import type { StreamEvent } from '../wakeUps/topic.ts';
import { covers, eventAfter, type Stretch } from './stretch.ts';

/** What a follower needs of the tail of its stream. */
export interface FollowedTail {
  /** The newest events; null until the head of the stream is known. */
  readonly window: Stretch | null;
  /** Why no event follows: the run was deleted (null), or the stream failed. Null while events may follow. */
  readonly end: { problem: Problem | null } | null;
  join(follower: Follower): void;
  /** The follower has nothing to take; the tail wakes it when that may have changed. */
  park(follower: Follower): void;
  leave(follower: Follower): void;
  /** How many events between two positions were deleted. */
  skippedBetween(previous: number, position: number): number;
}

/** One subscriber to a run: a position in its stream. */
export class Follower extends PagedSubscriber<StreamEvent, Stretch> {
  /** No event up to this position will follow. Greater than `delivered` if rows were deleted. */
  reached = 0;
  private delivered = 0;

  constructor(
    private readonly tail: FollowedTail,
    private readonly onLeave: () => void,
  ) {
    super();
    tail.join(this);
  }

  startAfter(position: number): void {
    this.reached = position;
    this.delivered = position;
  }

  protected park(): void {
    this.tail.park(this);
  }

  protected override whyOver() {
    return this.tail.end;
  }

  protected left(): void {
    this.tail.leave(this);
    this.onLeave();
  }

  protected take(): StreamEvent | null {
    for (let known = this.whatComesNext(); known; known = this.whatComesNext()) {
      const event = eventAfter(known, this.reached);
      this.reached = event?.position ?? known.to;
      if (event) return this.deliver(event);
    }
    this.page = null;
    return null;
  }

  /** Prefers the window to the page: all followers share the events of the window. */
  private whatComesNext(): Stretch | null {
    const { window } = this.tail;
    if (window && covers(window, this.reached)) return window;
    if (!this.page || !covers(this.page, this.reached)) return null;
    this.pageIsIdle = false;
    return this.page;
  }

  /** Events are shared, but `skipped` may differ for a follower that started where rows were deleted. */
  private deliver(event: StreamEvent): StreamEvent {
    const skipped = this.tail.skippedBetween(this.delivered, event.position);
    this.delivered = event.position;
    return skipped === event.skipped ? event : { ...event, skipped };
  }
}
