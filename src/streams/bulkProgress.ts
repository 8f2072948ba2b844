import { type BulkJob, doneOf } from '../core/bulkJobs/bulkJob.ts';
import { Problem } from '../core/values/problem.ts';
import type { Viewer } from '../core/values/viewer.ts';
import { bulkJobProgress, bulkJobsById } from '../store/bulkJobs/bulkJobs.ts';
import type { Database } from '../store/connection/database.ts';
import { Subscriber } from './wakeUps/subscriber.ts';

const EVERY_MS = 250;

/**
 * Follows the progress of bulk jobs. Progress has no history: the job's row holds the current state, for every process that
 * works on the job. One statement every 250 ms reads all jobs that are followed in this process, and no statement runs
 * if there are none. A slow follower gets the newest progress and skips what came before.
 */
export class BulkProgress {
  private readonly followers = new Map<string, Set<ProgressFollower>>();
  private timer: NodeJS.Timeout | null = null;
  private reading: Promise<void> | null = null;
  private isClosed = false;

  constructor(private readonly database: Database) {}

  /** Returns the job now, after each change, and when it has ended. Throws NOT_FOUND. */
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

  /** Ends all followers. */
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
    // If the database is unreachable, the next round reads the progress.
    const jobs = await bulkJobProgress(this.database, ids).catch(() => null);
    if (!jobs) return;
    const found = new Map(jobs.map((job) => [job.id, job]));
    for (const id of ids) {
      const job = found.get(id);
      for (const follower of [...(this.followers.get(id) ?? [])]) {
        if (job) follower.offer(job);
        else follower.leave(); // The job has been deleted.
      }
    }
  }
}

/** One subscriber to a job. At most one event is pending. */
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

  /** Does nothing: `BulkProgress` offers each change. */
  protected park(): void {}

  protected left(): void {
    this.onLeave();
  }
}
