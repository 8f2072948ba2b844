import type { Problem } from '../../core/values/problem.ts';
import { beforeTransaction, type ChangePlace } from '../../store/flowRuns/flowRunChanges.ts';
import { PagedSubscriber } from '../wakeUps/pagedSubscriber.ts';
import type { FlowRunChangesEvent } from './changeEvent.ts';
import type { NextEvent, PlacedEvent } from './changeWindow.ts';

/** A page for followers that are not live. `isLast` if it extends to the position of the tail when it was read. */
export interface ChangePage {
  from: ChangePlace;
  /** Null if there are no changes. */
  event: FlowRunChangesEvent | null;
  to: ChangePlace;
  isLast: boolean;
}

/** What a follower needs of the tail of its filter. */
export interface FollowedChanges {
  /** Why no event follows; null while events may follow. */
  readonly end: Problem | null;
  /** Grows with each change of the counts. */
  readonly countsNumber: number;
  join(follower: ChangeFollower): void;
  /** The follower has nothing to take; the tail wakes it when that may have changed. */
  park(follower: ChangeFollower): void;
  leave(follower: ChangeFollower): void;
  next(place: ChangePlace): NextEvent;
  /** An event that brings the newest counts and no change. */
  countsEvent(): FlowRunChangesEvent;
}

/** One subscriber to a filter: a place among the changes. */
export class ChangeFollower extends PagedSubscriber<FlowRunChangesEvent, ChangePage> {
  /** Live followers take events from the tail's window, others from pages. */
  isLive = false;
  /** All changes up to this place have been delivered. */
  place = beforeTransaction(0);
  private snapshot: FlowRunChangesEvent | null = null;
  private toldCounts = 0;

  constructor(
    private readonly tail: FollowedChanges,
    readonly wantsCounts: boolean,
    private readonly onLeave: () => void,
  ) {
    super();
    tail.join(this);
  }

  beginWith({ event, to }: PlacedEvent): void {
    this.snapshot = event;
    this.place = to;
    this.isLive = true;
  }

  resumeAfter(place: ChangePlace): void {
    this.place = place;
  }

  protected park(): void {
    this.tail.park(this);
  }

  protected override whyOver() {
    return this.tail.end && { problem: this.tail.end };
  }

  protected left(): void {
    this.snapshot = null;
    this.tail.leave(this);
    this.onLeave();
  }

  protected take(): FlowRunChangesEvent | null {
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
    const next = this.tail.next(this.place);
    // A follower that has fallen behind the window reads pages until it is back.
    if (next === 'FORGOTTEN') this.isLive = false;
    if (typeof next === 'string') return null;
    this.place = next.to;
    return this.told(next.event);
  }

  private takeCounts(): FlowRunChangesEvent | null {
    if (!this.isLive || !this.wantsCounts || this.toldCounts === this.tail.countsNumber) return null;
    return this.told(this.tail.countsEvent());
  }

  /** Every event contains the newest counts. */
  private told(event: FlowRunChangesEvent): FlowRunChangesEvent {
    this.toldCounts = this.tail.countsNumber;
    return event;
  }
}
