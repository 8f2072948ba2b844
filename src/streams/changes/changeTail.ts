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
  /** The database was put back: nothing more will come of this tail. */
  ended: () => void;
}

/** What a tail is asked for: what is new, a page for those behind, or a beginning. */
type Job = 'news' | 'pages' | Asked;
interface Asked {
  /** How many runs; null where only the newest place is wanted. */
  first: number | null;
  resolve: (opening: PlacedEvent | null) => void;
  reject: (error: unknown) => void;
}

/**
 * What this process knows of the flow runs that match one filter, while somebody follows it.
 *
 * Each run is told in its newest shape, so telling it twice does no harm, and the only thing that could go wrong is a LEFT
 * that is not told. Whether one is to be told hangs on what subscribers may hold (`HeldRuns`), so everything that a
 * subscriber learns passes through here in ONE sequence of reads: what is new, snapshots, and the pages of those who
 * resume. A snapshot's runs are held before the next news is read. Whoever comes with a cursor holds nobody knows what: it
 * hears of every run that changed since and does not match, up to where the tail is; then the runs that have changed beyond
 * that place, seen by no page, count as held, and from there on the subscriber is like the others.
 */
export class ChangeTail implements FollowedChanges {
  private readonly audience = new ChangeAudience();
  readonly counts: LiveCounts;
  /** Why nothing more will come. */
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
    if (!this.told) throw new Error('Before it has begun, a tail has nothing to tell.');
    return this.told;
  }

  /** To be awaited before anything else; asks the database once. */
  begin(): Promise<void> {
    this.begun ??= this.options.reads.matching().then((beginning) => {
      this.told = new ChangeStory(beginning, this.counts);
      // Whoever tried to wake it meanwhile was not heard.
      this.wake();
    });
    return this.begun;
  }

  /** Whether there may be something to read, where this is the newest transaction that changed a run. */
  isBehind(newest: number): boolean {
    return this.told !== null && newest >= this.told.window.to.transaction;
  }

  /** Something may have been written. */
  wake(): void {
    if (!this.told || this.end) return;
    this.jobs.add('news');
    if (this.audience.pagesFrom) this.jobs.add('pages');
  }

  /** The newest runs that match, with the place from which to follow. */
  async snapshot(first: number): Promise<PlacedEvent> {
    const opening = await this.ask(first);
    if (!opening) throw new Error('Whoever asks for runs gets an answer with runs.');
    return opening;
  }

  /** The place of a cursor; throws INVALID_CURSOR where it is not one of the past of this database. */
  async placeOf(cursor: string): Promise<ChangePlace> {
    const place = this.story.placeOf(cursor);
    // Another server may be ahead of this one; the database is ahead of both.
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
    // A Problem is about the stream itself, and another reading would find the same; everything else may pass.
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

  /** Who asks for the same at the same time gets the same. */
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
      // What came and went unseen may have been counted in between: whatever changed, the counts are asked again.
      if (news.changes.length > 0) this.counts.touch();
    }
  }

  private async readPage(): Promise<void> {
    const from = this.audience.pagesFrom;
    if (!from) return;
    const { transaction } = this.story.window.to;
    const changes = await this.options.reads.after(from, transaction);
    // Read after the page: what moved on from the page's stretch in the meantime is found here.
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
