import { setImmediate, setTimeout } from 'node:timers/promises';
import { type BulkRequest, nextBatchSize } from '../../core/bulkJobs/bulkJob.ts';
import { roughSize } from '../../core/values/roughSize.ts';
import { type BulkItem, settleBulkItems, takeBulkItems } from '../../store/bulkJobs/bulkJobItems.ts';
import { type BulkTask, bulkTask } from '../../store/bulkJobs/bulkJobs.ts';
import type { Database } from '../../store/connection/database.ts';
import { isOneRowsFault, isTransient } from '../../store/connection/databaseErrors.ts';
import type { Streams } from '../../streams/streams.ts';
import type { FlowRunFollower } from '../writing/moveFlowRunBatch.ts';
import { workBulkBatch } from './bulkBatch.ts';

/**
 * How this process stopped working on a job. `ended`: the job is complete. `left`: other processes have the remaining
 * runs, an error occurred, or the server stops; some server resumes the job later.
 */
export type BulkEnd = 'ended' | 'left';

interface Work {
  task: BulkTask;
  /** The number of the last run of the job that this process has seen. */
  after: number;
  /** The size of the next batch. */
  size: number;
  /** How many batches run at the same time. */
  lanes: number;
  /** How many batches in a row have lost a race. */
  races: number;
}

/** A finished or failed batch. */
interface Batch {
  end: BulkEnd | null;
  /** The number of its last run; 0 if it found none. */
  last: number;
  failed: boolean;
}

const FIRST_BATCH = 25;
/** While PostgreSQL writes one batch, this process decides the other. */
const LANES = 2;
const MAX_RACES = 5;
/** The most bytes of states in one statement; the writer has the same limit (writer.ts). */
const MAX_BYTES_PER_BATCH = 4_000_000;
const LOOK_AGAIN_MS = 25;
const MAX_FAULTS = 100;

/**
 * Works on bulk jobs, the jobs in turn, so that a job of ten runs does not wait for one of a million. A long job has two
 * batches in a turn, whose runs differ, because each batch skips runs that another one has locked. Between two batches the event loop serves requests. All lasting state is in the tables: any process
 * may work on any job, and if one dies, others continue.
 */
export class BulkWorker {
  /** By job id, in the order of their turns. */
  private readonly works = new Map<string, Work>();
  private readonly waiting = new Map<string, ((end: BulkEnd) => void)[]>();
  private faults: unknown[] = [];
  private running: Promise<void> | null = null;
  private isStopping = false;

  constructor(
    private readonly database: Database,
    private readonly streams: Streams,
    private readonly followers: readonly FlowRunFollower[],
  ) {}

  /** Works on a job until it has ended, or until this process can do no more for it. */
  takeUp(id: string): Promise<BulkEnd> {
    if (this.isStopping) return Promise.resolve('left');
    return new Promise((resolve) => {
      this.waiting.set(id, [...(this.waiting.get(id) ?? []), resolve]);
      this.running ??= this.run();
    });
  }

  /** Does the same, and waits for runs that other processes have taken, up to this time. */
  async finish(id: string, withinMs: number): Promise<void> {
    const deadline = Date.now() + withinMs;
    while ((await this.takeUp(id)) !== 'ended' && Date.now() < deadline && !this.isStopping) {
      await setTimeout(LOOK_AGAIN_MS);
    }
  }

  /** Returns the errors since the last call; at most the first 100. */
  takeFaults(): unknown[] {
    return this.faults.splice(0);
  }

  /** Resolves when the current batch is committed. No further batch starts. */
  async stop(): Promise<void> {
    this.isStopping = true;
    await this.running;
  }

  private async run(): Promise<void> {
    while (this.waiting.size > 0 && !this.isStopping) {
      // Jobs that were added since the last round join at the end.
      for (const id of [...this.waiting.keys()]) {
        if (this.isStopping) break;
        const end = await this.takeTurn(id).catch((error: unknown) => this.leave(error));
        if (end) this.end(id, end);
        await setImmediate();
      }
    }
    for (const id of [...this.waiting.keys()]) this.end(id, 'left');
    this.running = null;
  }

  private end(id: string, end: BulkEnd): void {
    const resolvers = this.waiting.get(id) ?? [];
    this.waiting.delete(id);
    this.works.delete(id);
    for (const resolve of resolvers) resolve(end);
  }

  /** Runs the next batches of a job. Returns how the work ended, or null if it continues. */
  private async takeTurn(id: string): Promise<BulkEnd | null> {
    const work = this.works.get(id) ?? (await this.begin(id));
    if (!work) return 'ended';
    const { after } = work;
    const batches = await Promise.all(Array.from({ length: work.lanes }, () => this.workBatch(work)));
    if (batches.some(({ end }) => end === 'ended')) return 'ended';
    if (batches.some(({ end }) => end === 'left')) return 'left';
    const last = Math.max(...batches.map((batch) => batch.last));
    // The runs of a failed batch are still waiting.
    if (batches.some((batch) => batch.failed)) work.after = after;
    else if (last === 0) return this.lookBack(work);
    else work.after = last;
    return null;
  }

  private async workBatch(work: Work): Promise<Batch> {
    const size = Math.min(work.size, mostRuns(work.task.request));
    let taken: readonly BulkItem[] = [];
    try {
      const start = performance.now();
      const { items, topics, isEnded } = await this.database.transaction(
        (transaction) =>
          workBulkBatch(transaction, work.task, work.after, {
            size,
            followers: this.followers,
            onTaken: (found) => {
              taken = found;
            },
          }),
        { byKeys: true },
      );
      this.streams.announce(topics);
      work.races = 0;
      work.lanes = items.length === size ? LANES : 1;
      if (items.length > 0) work.size = nextBatchSize(size, performance.now() - start);
      return { end: isEnded ? 'ended' : null, last: items.at(-1)?.number ?? 0, failed: false };
    } catch (error) {
      work.lanes = 1;
      return { end: await this.settle(work, taken, error), last: 0, failed: true };
    }
  }

  private async begin(id: string): Promise<Work | null> {
    const task = await bulkTask(this.database, id);
    if (!task) return null;
    const work = { task, after: 0, size: FIRST_BATCH, lanes: 1, races: 0 };
    this.works.set(id, work);
    return work;
  }

  /** After the last run, earlier runs may remain that another process has given up. */
  private lookBack(work: Work): BulkEnd | null {
    if (work.after === 0) return 'left';
    work.after = 0;
    return null;
  }

  /**
   * Retries a failed batch with half the runs, until it succeeds or a single run remains; then only that run fails. If
   * no run causes the error (the database is unavailable), the job waits for a later round.
   */
  private async settle(work: Work, taken: readonly BulkItem[], error: unknown): Promise<BulkEnd | null> {
    if (isTransient(error) && work.races < MAX_RACES) {
      work.races += 1;
      return null;
    }
    if (taken.length > 1) {
      work.size = Math.ceil(taken.length / 2);
      return null;
    }
    const [item] = taken;
    if (!item || !isOneRowsFault(error)) return this.leave(error);
    this.note(new Error(`flow run ${item.flowRunId} fails in bulk job ${work.task.id}`, { cause: error }));
    const isEnded = await this.database.transaction((transaction) => this.giveUp(transaction, work.task.id, item));
    return isEnded ? 'ended' : null;
  }

  private async giveUp(transaction: Parameters<typeof settleBulkItems>[0], id: string, item: BulkItem) {
    const [found] = await takeBulkItems(transaction, id, item.number - 1, 1);
    // Another process may have settled it first.
    if (found?.number !== item.number) return false;
    return settleBulkItems(transaction, id, [{ number: item.number, outcome: 'FAILED', reason: FAILED }]);
  }

  private leave(error: unknown): BulkEnd {
    this.note(error);
    return 'left';
  }

  private note(fault: unknown): void {
    if (this.faults.length < MAX_FAULTS) this.faults.push(fault);
  }
}

const FAILED =
  'An internal error prevents the server from processing this run. The error was logged; the run is unchanged.';

const mostRuns = (request: BulkRequest) =>
  request.kind === 'DELETE'
    ? Number.POSITIVE_INFINITY
    : Math.max(1, Math.floor(MAX_BYTES_PER_BATCH / roughSize(request.state)));
