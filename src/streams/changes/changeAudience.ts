import type { ChangePlace } from '../../store/flowRuns/flowRunChanges.ts';
import { isBefore } from './changeCursor.ts';
import type { ChangeFollower, ChangePage } from './changeFollower.ts';

/** The followers of one filter, and what each of them waits for. */
export class ChangeAudience {
  readonly followers = new Set<ChangeFollower>();
  /** Live followers that wait for new events. */
  private readonly waiting = new Set<ChangeFollower>();
  /** Followers that are not live and wait for a page, the longest wait first. */
  private readonly behind = new Set<ChangeFollower>();

  get wantsCounts(): boolean {
    return [...this.followers].some(({ wantsCounts }) => wantsCounts);
  }

  /** The start of the next page; undefined if no follower waits for one. */
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

  /** Called when the window has a new event, or when the counts have changed. */
  wakeLive(): void {
    const woken = [...this.waiting];
    this.waiting.clear();
    for (const follower of woken) follower.wake();
  }

  wakeAll(): void {
    for (const follower of this.followers) follower.wake();
  }

  /** Gives a page to each follower whose place is within it. Repeating changes that a follower knows is harmless. */
  handOut(page: ChangePage): void {
    for (const follower of this.behind) {
      const isWithin = !isBefore(follower.place, page.from) && (page.isLast || isBefore(follower.place, page.to));
      if (!isWithin) continue;
      this.behind.delete(follower);
      follower.receive(page);
    }
  }
}
