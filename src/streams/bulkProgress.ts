import { type BulkJob, doneOf } from '../core/bulkJobs/bulkJob.ts';
import { Problem } from '../core/values/problem.ts';
import type { Viewer } from '../core/values/viewer.ts';
import { bulkJobProgress, bulkJobsById } from '../store/bulkJobs/bulkJobs.ts';
import type { Database } from '../store/connection/database.ts';
import { Subscriber } from './wakeUps/subscriber.ts';

const EVERY_MS = 250;

/**
 * Follows bulk jobs. Progress has no history: what counts is how it stands, and that is in the job's row, whichever
 * process works on it. So one statement every quarter of a second reads all jobs that anybody here follows, and none where
 * nobody does; a follower who is slow gets the newest, and misses what came before it.
 */
export class BulkProgress {
  private readonly followers = new Map<string, Set<ProgressFollower>>();
  private timer: NodeJS.Timeout | null = null;
  private reading: Promise<void> | null = null;
  private isClosed = false;

  constructor(private readonly database: Database) {}

  /** How the job stands now, then again whenever that has changed, and at last how it ended. */
  async follow(viewer: Viewer, id: string): Promise<AsyncIterableIterator<BulkJob>> {
    if (this.isClosed) throw new Problem('UNAVAILABLE', 'This server is stopping. Connect again.');
    const [job] = await bulkJobsById(this.database, viewer.tenantId, [id]);
    if (!job) throw new Problem('NOT_FOUND', `Bulk job with id ${id} not found`);
    const follower = new ProgressFollower(job, () => this.leave(job.id, follower));
    const others = this.followers.get(job.id) ?? new Set();
    this.followers.set(job.id, others.add(follower));
    this.schedule();
    return follower;
  }

  /** Ends all who follow. */
  async close(): Promise<void> {
    this.isClosed = true;
    if (this.timer) clearTimeout(this.timer);
    for (const group of [...this.followers.values()]) for (const follower of [...group]) follower.leave();
    await this.reading;
  }

  private leave(id: string, follower: ProgressFollower): void {
    const group = this.followers.get(id);
    group?.delete(follower);
    if (group?.size === 0) this.followers.delete(id);
  }

  private schedule(): void {
    if (this.timer || this.followers.size === 0 || this.isClosed) return;
    this.timer = setTimeout(() => {
      this.reading = this.read().finally(() => {
        this.timer = null;
        this.schedule();
      });
    }, EVERY_MS);
  }

  private async read(): Promise<void> {
    const ids = [...this.followers.keys()];
    if (ids.length === 0) return;
    // Where the database is away, the next round tells how things stand.
    const jobs = await bulkJobProgress(this.database, ids).catch(() => null);
    if (!jobs) return;
    const found = new Map(jobs.map((job) => [job.id, job]));
    for (const id of ids) {
      const job = found.get(id);
      for (const follower of [...(this.followers.get(id) ?? [])]) {
        if (job) follower.offer(job);
        else follower.leave(); // The job has been forgotten.
      }
    }
  }
}

/** One subscriber to a job: at most one event waits here. */
class ProgressFollower extends Subscriber<BulkJob> {
  private pending: BulkJob | null;

  constructor(
    private newest: BulkJob,
    private readonly onLeave: () => void,
  ) {
    super();
    this.pending = newest;
  }

  offer(job: BulkJob): void {
    if (doneOf(job) === doneOf(this.newest) && job.ended === this.newest.ended) return;
    this.newest = job;
    this.pending = job;
    this.wake();
  }

  protected take(): BulkJob | null {
    const job = this.pending;
    this.pending = null;
    // No event follows the end of the job.
    if (job?.ended != null) this.leave();
    return job;
  }

  /** Needs nothing: every change of the job is offered. */
  protected park(): void {}

  protected left(): void {
    this.onLeave();
  }
}
