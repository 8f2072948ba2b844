import { setImmediate } from 'node:timers';
import { Problem } from '../../core/values/problem.ts';

export interface CoalescerOptions<Job, Answer> {
  /**
   * Writes the jobs in one transaction and returns an answer or a refusal for each, in their order. If it throws,
   * nothing was written for any job.
   */
  flush: (jobs: Job[]) => Promise<(Answer | Problem)[]>;
  /**
   * The rows that a job locks. Two flushes in flight never share a row, so no flush waits for another one of this
   * process.
   */
  rowsOf: (job: Job) => readonly string[];
  /** Whose job it is: its tenant, or null for a job of every tenant. */
  groupOf: (job: Job) => string | null;
  /** Failures that no job causes (a deadlock, a lost race for a key): the same flush is retried. */
  isTransient: (error: unknown) => boolean;
  /** Failures that a single row can cause: the flush is split in halves until that row fails alone. */
  isOneRowsFault: (error: unknown) => boolean;
  maxJobsPerFlush: number;
  /** The most bytes in a flush; a larger job gets a flush of its own. */
  maxBytesPerFlush: number;
  maxInFlight: number;
  /**
   * If more jobs or bytes of one group are waiting, its next job is rejected with UNAVAILABLE. All groups together may
   * have twice as many, so that one group cannot fill the queue for the others.
   */
  maxWaiting: number;
  maxBytesWaiting: number;
}

/** What a group has waiting, and how much of it the current batch takes. */
interface Share {
  jobs: number;
  bytes: number;
  taken: number;
}

interface Waiting<Job, Answer> {
  job: Job;
  share: Share;
  rows: readonly string[];
  bytes: number;
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
}

const MAX_TRIES = 5;

/**
 * Turns many small writes into few transactions. If the writer is idle, a write starts as soon as the submitting code
 * yields, with all other jobs that this code submits. If the writer is busy, the write waits and joins the next flush.
 * An idle server therefore answers immediately, a busy server shares each commit among all writes that arrive during
 * the previous one, and there is no timer. Jobs on one row keep their order: a job waits while its row is in flight. If
 * more jobs wait than a flush takes, each group gets an equal part of it, so a group with thousands of jobs does not
 * delay another group's first one.
 */
export class Coalescer<Job, Answer> {
  private waiting: Waiting<Job, Answer>[] = [];
  private bytesWaiting = 0;
  /** Kept when a group has nothing waiting: a server has few tenants, and each of their writes needs the entry. */
  private readonly shares = new Map<string | null, Share>();
  private readonly rowsInFlight = new Set<string>();
  private inFlight = 0;
  private scheduled = false;
  private idle: (() => void)[] = [];

  constructor(private readonly options: CoalescerOptions<Job, Answer>) {}

  get waitingJobs(): number {
    return this.waiting.length;
  }

  /** @param bytes the approximate size of the write */
  submit(job: Job, bytes: number): Promise<Answer> {
    const group = this.options.groupOf(job);
    const share = this.shares.get(group) ?? { jobs: 0, bytes: 0, taken: 0 };
    const problem = this.tooMany(share);
    if (problem) return Promise.reject(problem);
    if (share.jobs === 0) this.shares.set(group, share);
    return new Promise((resolve, reject) => {
      this.waiting.push({ job, share, rows: this.options.rowsOf(job), bytes, resolve, reject });
      this.bytesWaiting += bytes;
      share.jobs += 1;
      share.bytes += bytes;
      this.schedule();
    });
  }

  private tooMany({ jobs, bytes }: Share): Problem | null {
    const { maxWaiting, maxBytesWaiting } = this.options;
    const details = { limit: 'waitingWrites', max: maxWaiting };
    if (jobs >= maxWaiting || bytes >= maxBytesWaiting)
      return new Problem(
        'UNAVAILABLE',
        'Too many writes of this client are waiting; retry the request later.',
        details,
      );
    return this.waiting.length >= 2 * maxWaiting || this.bytesWaiting >= 2 * maxBytesWaiting
      ? new Problem('UNAVAILABLE', 'Too many writes are waiting; retry the request later.', details)
      : null;
  }

  /** Resolves when no job is waiting or in flight. */
  drain(): Promise<void> {
    return new Promise((resolve) => {
      this.idle.push(resolve);
      this.schedule();
    });
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    const start = () => {
      this.scheduled = false;
      this.start();
    };
    if (this.inFlight === 0) void Promise.resolve().then(start);
    else setImmediate(start);
  }

  private start(): void {
    while (this.inFlight < this.options.maxInFlight) {
      const batch = this.takeBatch();
      if (batch.length === 0) break;
      this.inFlight += 1;
      void this.settle(batch).finally(() => {
        this.inFlight -= 1;
        for (const { rows } of batch) for (const row of rows) this.rowsInFlight.delete(row);
        this.start();
      });
    }
    if (this.inFlight === 0 && this.waiting.length === 0) {
      for (const resolve of this.idle.splice(0)) resolve();
    }
  }

  private takeBatch(): Waiting<Job, Answer>[] {
    const batch: Waiting<Job, Answer>[] = [];
    const size = { bytes: 0 };
    const { maxJobsPerFlush } = this.options;
    const groups = this.waiting.length > maxJobsPerFlush ? this.groupsWaiting() : 1;
    if (groups > 1) this.take(batch, size, Math.ceil(maxJobsPerFlush / groups));
    this.take(batch, size, maxJobsPerFlush);
    this.bytesWaiting -= size.bytes;
    for (const { rows, share, bytes } of batch) {
      share.jobs -= 1;
      share.bytes -= bytes;
      share.taken = 0;
      for (const row of rows) this.rowsInFlight.add(row);
    }
    return batch;
  }

  /** Moves waiting jobs to the batch, in their order; of each group at most `maxPerGroup`. */
  private take(batch: Waiting<Job, Answer>[], size: { bytes: number }, maxPerGroup: number): void {
    const { maxJobsPerFlush, maxBytesPerFlush } = this.options;
    const left: Waiting<Job, Answer>[] = [];
    const leftRows = new Set<string>();
    for (const entry of this.waiting) {
      const { rows, share, bytes } = entry;
      const blocked = rows.some((row) => this.rowsInFlight.has(row) || leftRows.has(row));
      const full =
        batch.length === maxJobsPerFlush ||
        share.taken >= maxPerGroup ||
        (batch.length > 0 && size.bytes + bytes > maxBytesPerFlush);
      if (blocked || full) {
        left.push(entry);
        for (const row of rows) leftRows.add(row);
      } else {
        batch.push(entry);
        size.bytes += bytes;
        share.taken += 1;
      }
    }
    this.waiting = left;
  }

  private groupsWaiting(): number {
    let groups = 0;
    for (const { jobs } of this.shares.values()) if (jobs > 0) groups += 1;
    return groups;
  }

  private async settle(batch: Waiting<Job, Answer>[], tries = 1): Promise<void> {
    let answers: (Answer | Problem)[];
    try {
      answers = await this.options.flush(batch.map(({ job }) => job));
    } catch (error) {
      if (this.options.isTransient(error) && tries < MAX_TRIES) return this.settle(batch, tries + 1);
      if (batch.length > 1 && this.options.isOneRowsFault(error)) {
        const middle = Math.ceil(batch.length / 2);
        await this.settle(batch.slice(0, middle));
        return this.settle(batch.slice(middle));
      }
      for (const { reject } of batch) reject(error);
      return;
    }
    batch.forEach(({ resolve, reject }, index) => {
      const answer = answers[index];
      if (answer === undefined) reject(new Error('a flush gave no answer for a job'));
      else if (answer instanceof Problem) reject(answer);
      else resolve(answer);
    });
  }
}
