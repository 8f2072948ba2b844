import { Problem } from '../../core/values/problem.ts';
import type { ChangePlace } from '../../store/flowRuns/flowRunChanges.ts';
import { Rounds } from '../wakeUps/rounds.ts';
import { ChangeAudience } from './changeAudience.ts';
import { wentBack } from './changeCursor.ts';
import type { FlowRunChangesEvent } from './changeEvent.ts';
import type { ChangeFollower, FollowedChanges } from './changeFollower.ts';
import type { ChangeReads } from './changeReads.ts';
import { ChangeStory } from './changeStory.ts';
import type { NextEvent, PlacedEvent } from './changeWindow.ts';
import { LiveCounts } from './liveCounts.ts';

const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 2_000;

interface ChangeTailOptions {
  reads: ChangeReads;
  onError: (error: unknown) => void;
  /** Called when the tail ends because the database was restored to an earlier time. */
  ended: () => void;
}

/** A task of a tail: read new changes, read a page for followers that are not live, or start a follower. */
type Job = 'news' | 'pages' | Asked;
interface Asked {
  /** The size of the snapshot; null to read new changes only. */
  first: number | null;
  resolve: (opening: PlacedEvent | null) => void;
  reject: (error: unknown) => void;
}

/**
 * Reads the changes of the flow runs that match one filter, for all its followers in this process.
 *
 * An event carries the newest version of a run, so a repeated event is harmless. The only possible error is a missing
 * LEFT. Whether to send a LEFT depends on the runs that followers may hold (`HeldRuns`). Therefore all reads are in ONE
 * sequence: new changes, snapshots, and pages for followers that resume.
 *
 * - The runs of a snapshot count as held before the next new changes are read.
 * - Which runs a follower with a cursor holds is unknown. It gets a LEFT for each run that changed after the cursor and
 *   does not match, up to the position of the tail. Runs that changed after that position are in no page, and count as
 *   held. From then on this follower is like the others.
 */
export class ChangeTail implements FollowedChanges {
  private readonly audience = new ChangeAudience();
  readonly counts: LiveCounts;
  /** Why no event follows; null while events may follow. */
  end: Problem | null = null;
  private told: ChangeStory | null = null;
  private begun: Promise<void> | null = null;
  private readonly jobs = new Rounds<Job>((jobs) => this.work(jobs));
  private failures = 0;
  private retry: NodeJS.Timeout | null = null;

  constructor(private readonly options: ChangeTailOptions) {
    this.counts = new LiveCounts({
      read: options.reads.counts,
      isWanted: () => this.audience.wantsCounts,
      changed: () => this.audience.wakeLive(),
      onError: options.onError,
    });
  }

  private get story(): ChangeStory {
    if (!this.told) throw new Error('A tail has no story before `begin` resolves.');
    return this.told;
  }

  /** Reads the matching runs, once. Must resolve before any other method is called. */
  begin(): Promise<void> {
    this.begun ??= this.options.reads.matching().then((beginning) => {
      this.told = new ChangeStory(beginning, this.counts);
      // Wake-ups before this point had no effect.
      this.wake();
    });
    return this.begun;
  }

  /** Whether there may be changes to read, given the newest transaction that changed a run. */
  isBehind(newest: number): boolean {
    return this.told !== null && newest >= this.told.window.to.transaction;
  }

  /** Runs may have changed. */
  wake(): void {
    if (!this.told || this.end) return;
    this.jobs.add('news');
    if (this.audience.pagesFrom) this.jobs.add('pages');
  }

  /** Returns the newest matching runs, with the place from which to follow. */
  async snapshot(first: number): Promise<PlacedEvent> {
    const opening = await this.ask(first);
    if (!opening) throw new Error('A request for a snapshot must get one.');
    return opening;
  }

  /** Returns the place of a cursor. Throws INVALID_CURSOR if it is not in the past of this database. */
  async placeOf(cursor: string): Promise<ChangePlace> {
    const place = this.story.placeOf(cursor);
    // The cursor may be from a server that is ahead of this one. The database is ahead of both.
    if (this.story.isBehind(place)) await this.ask(null);
    if (this.story.isBehind(place)) throw wentBack();
    return place;
  }

  get followers(): ReadonlySet<ChangeFollower> {
    return this.audience.followers;
  }

  join(follower: ChangeFollower): void {
    this.audience.join(follower);
  }

  park(follower: ChangeFollower): void {
    this.audience.park(follower);
    if (!follower.isLive) this.jobs.add('pages');
  }

  leave(follower: ChangeFollower): void {
    this.audience.leave(follower);
  }

  next(place: ChangePlace): NextEvent {
    return this.story.window.next(place);
  }

  get countsNumber(): number {
    return this.counts.number;
  }

  countsEvent(): FlowRunChangesEvent {
    return this.story.countsEvent();
  }

  stop(): void {
    this.counts.stop();
    if (this.retry) clearTimeout(this.retry);
    this.retry = null;
  }

  async settled(): Promise<void> {
    await Promise.all([this.jobs.settled(), this.counts.settled(), this.begun?.catch(() => {})]);
  }

  private ask(first: number | null): Promise<PlacedEvent | null> {
    return new Promise((resolve, reject) => this.jobs.add({ first, resolve, reject }));
  }

  private async work(jobs: readonly Job[]): Promise<void> {
    const asked = jobs.filter((job) => typeof job === 'object');
    try {
      if (asked.length > 0 || jobs.includes('news')) await this.readNews();
      if (jobs.includes('pages')) await this.readPage();
      this.failures = 0;
    } catch (error) {
      for (const { reject } of asked) reject(error);
      this.failed(error);
      return;
    }
    await this.answer(asked);
  }

  private failed(error: unknown): void {
    // INVALID_CURSOR is permanent: the stream itself is at fault. All other errors are retried.
    if (error instanceof Problem && error.code === 'INVALID_CURSOR') {
      this.finish(error);
      return;
    }
    this.options.onError(error);
    if (this.audience.followers.size === 0) return;
    this.retry ??= setTimeout(
      () => {
        this.retry = null;
        this.wake();
      },
      Math.min(FIRST_RETRY_MS * 2 ** this.failures++, LONGEST_RETRY_MS),
    );
  }

  /** Concurrent requests for snapshots of the same size share one read. */
  private async answer(asked: readonly Asked[]): Promise<void> {
    for (const size of new Set(asked.map(({ first }) => first))) {
      const alike = asked.filter(({ first }) => first === size);
      try {
        const opening = size === null ? null : this.story.open(await this.options.reads.newest(size));
        for (const { resolve } of alike) resolve(opening);
      } catch (error) {
        for (const { reject } of alike) reject(error);
      }
    }
  }

  private async readNews(): Promise<void> {
    for (let complete = false; !complete && !this.end; ) {
      const news = await this.options.reads.after(this.story.window.to, null);
      complete = news.complete;
      if (this.story.goOn(news)) this.audience.wakeLive();
      // A run that entered and left between two reads may have been counted. So every change renews the counts.
      if (news.changes.length > 0) this.counts.touch();
    }
  }

  private async readPage(): Promise<void> {
    const from = this.audience.pagesFrom;
    if (!from) return;
    const { transaction } = this.story.window.to;
    const changes = await this.options.reads.after(from, transaction);
    // Read after the page: this finds the runs that moved out of the page in the meantime.
    if (changes.complete) this.story.hold(await this.options.reads.changedSince(transaction));
    this.audience.handOut(this.story.page(from, changes));
    if (this.audience.pagesFrom) this.jobs.add('pages');
  }

  private finish(problem: Problem): void {
    this.end = problem;
    this.options.ended();
    this.audience.wakeAll();
  }
}
