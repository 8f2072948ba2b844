import type { ChangePlace } from '../../store/flowRuns/flowRunChanges.ts';
import { isBefore } from './changeCursor.ts';
import type { ChangeFollower, ChangePage } from './changeFollower.ts';

/** All who follow one filter, and what those wait for who wait. */
export class ChangeAudience {
  readonly followers = new Set<ChangeFollower>();
  /** Live, waiting for news. */
  private readonly waiting = new Set<ChangeFollower>();
  /** Not live, waiting for a page; whoever has waited longest stands first. */
  private readonly behind = new Set<ChangeFollower>();

  get wantsCounts(): boolean {
    return [...this.followers].some(({ wantsCounts }) => wantsCounts);
  }

  /** Where the next page is to begin; undefined where nobody waits for one. */
  get pagesFrom(): ChangePlace | undefined {
    const [first] = this.behind;
    return first?.place;
  }

  join(follower: ChangeFollower): void {
    this.followers.add(follower);
  }

  park(follower: ChangeFollower): void {
    (follower.isLive ? this.waiting : this.behind).add(follower);
  }

  leave(follower: ChangeFollower): void {
    this.followers.delete(follower);
    this.waiting.delete(follower);
    this.behind.delete(follower);
  }

  /** There is something in the window, or new counts. */
  wakeLive(): void {
    const woken = [...this.waiting];
    this.waiting.clear();
    for (const follower of woken) follower.wake();
  }

  wakeAll(): void {
    for (const follower of this.followers) follower.wake();
  }

  /** A page goes to everyone whose place is within it: that it tells some of what they know does no harm. */
  handOut(page: ChangePage): void {
    for (const follower of this.behind) {
      const isWithin = !isBefore(follower.place, page.from) && (page.isLast || isBefore(follower.place, page.to));
      if (!isWithin) continue;
      this.behind.delete(follower);
      follower.receive(page);
    }
  }
}
