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
  /** Failures that no job causes (a deadlock, a lost race for a key): the same flush is retried. */
  isTransient: (error: unknown) => boolean;
  /** Failures that a single row can cause: the flush is split in halves until that row fails alone. */
  isOneRowsFault: (error: unknown) => boolean;
  maxJobsPerFlush: number;
  /** The most bytes in a flush; a larger job gets a flush of its own. */
  maxBytesPerFlush: number;
  maxInFlight: number;
  /** If more jobs or bytes than this are waiting, a new job is rejected with UNAVAILABLE. */
  maxWaiting: number;
  maxBytesWaiting: number;
}

interface Waiting<Job, Answer> {
  job: Job;
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
 * the previous one, and there is no timer. Jobs on one row keep their order: a job waits while its row is in flight.
 */
export class Coalescer<Job, Answer> {
  private waiting: Waiting<Job, Answer>[] = [];
  private bytesWaiting = 0;
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
    const { maxWaiting, maxBytesWaiting } = this.options;
    if (this.waiting.length >= maxWaiting || this.bytesWaiting >= maxBytesWaiting) {
      return Promise.reject(new Problem('UNAVAILABLE', 'Too many writes are waiting; retry the request later.'));
    }
    return new Promise((resolve, reject) => {
      this.waiting.push({ job, rows: this.options.rowsOf(job), bytes, resolve, reject });
      this.bytesWaiting += bytes;
      this.schedule();
    });
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
    const { maxJobsPerFlush, maxBytesPerFlush } = this.options;
    const batch: Waiting<Job, Answer>[] = [];
    const left: Waiting<Job, Answer>[] = [];
    const leftRows = new Set<string>();
    let bytes = 0;
    for (const entry of this.waiting) {
      const blocked = entry.rows.some((row) => this.rowsInFlight.has(row) || leftRows.has(row));
      const full = batch.length === maxJobsPerFlush || (batch.length > 0 && bytes + entry.bytes > maxBytesPerFlush);
      if (blocked || full) {
        left.push(entry);
        for (const row of entry.rows) leftRows.add(row);
      } else {
        batch.push(entry);
        bytes += entry.bytes;
      }
    }
    this.bytesWaiting -= bytes;
    for (const { rows } of batch) for (const row of rows) this.rowsInFlight.add(row);
    this.waiting = left;
    return batch;
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
