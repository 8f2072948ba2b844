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
 * How work on a job came to its end here: the job has ended; or others have what is left of it, or something is broken, or
 * the server stops. In all but the first case a server comes back to it.
 */
export type BulkEnd = 'ended' | 'left';

interface Work {
  task: BulkTask;
  /** The number up to which this process has seen the job's runs. */
  after: number;
  /** How many runs the next batch has. */
  size: number;
  /** How often a batch has lost a race in a row. */
  races: number;
}

const FIRST_BATCH = 25;
const MAX_RACES = 5;
/** What a statement may hold of states, in bytes: the writer's measure (writer.ts). */
const MAX_BYTES_PER_BATCH = 4_000_000;
const LOOK_AGAIN_MS = 25;
const MAX_FAULTS = 100;

/**
 * Does the work of bulk jobs, one batch at a time in this process, the jobs in turn, so that a job of ten runs does not
 * wait for one of a million. Between two batches the event loop serves whoever has come. Nothing here is lasting: what is
 * to be done stands in the tables, any process may take part in any job, and one that dies is not missed.
 */
export class BulkWorker {
  /** By the id of the job, in the order of their turns. */
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

  /** Works on a job until it has ended, or nothing is left that this process can do. */
  takeUp(id: string): Promise<BulkEnd> {
    if (this.isStopping) return Promise.resolve('left');
    return new Promise((resolve) => {
      this.waiting.set(id, [...(this.waiting.get(id) ?? []), resolve]);
      this.running ??= this.run();
    });
  }

  /** The same, and waits for what others have of it, but no longer than this. */
  async finish(id: string, withinMs: number): Promise<void> {
    const deadline = Date.now() + withinMs;
    while ((await this.takeUp(id)) !== 'ended' && Date.now() < deadline && !this.isStopping) {
      await setTimeout(LOOK_AGAIN_MS);
    }
  }

  /** What went wrong since this was last asked for; the first hundred faults. */
  takeFaults(): unknown[] {
    return this.faults.splice(0);
  }

  /** Resolves when the batch that is under way has been committed. No other one begins. */
  async stop(): Promise<void> {
    this.isStopping = true;
    await this.running;
  }

  private async run(): Promise<void> {
    while (this.waiting.size > 0 && !this.isStopping) {
      // Those that were taken up since the last round join at the end.
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

  /** One batch of a job; how the job came to its end here, or null where it goes on. */
  private async takeTurn(id: string): Promise<BulkEnd | null> {
    const work = this.works.get(id) ?? (await this.begin(id));
    if (!work) return 'ended';
    const size = Math.min(work.size, mostRuns(work.task.request));
    let taken: readonly BulkItem[] = [];
    try {
      const start = performance.now();
      const { items, topics, isEnded } = await this.database.transaction((transaction) =>
        workBulkBatch(transaction, work.task, work.after, {
          size,
          followers: this.followers,
          onTaken: (found) => {
            taken = found;
          },
        }),
      );
      this.streams.announce(topics);
      work.races = 0;
      if (isEnded) return 'ended';
      if (items.length === 0) return this.lookBack(work);
      work.after = items.at(-1)?.number ?? work.after;
      work.size = nextBatchSize(size, performance.now() - start);
      return null;
    } catch (error) {
      return this.settle(work, taken, error);
    }
  }

  private async begin(id: string): Promise<Work | null> {
    const task = await bulkTask(this.database, id);
    if (!task) return null;
    const work = { task, after: 0, size: FIRST_BATCH, races: 0 };
    this.works.set(id, work);
    return work;
  }

  /** Behind the last run, there may still be some before that another process has given up. */
  private lookBack(work: Work): BulkEnd | null {
    if (work.after === 0) return 'left';
    work.after = 0;
    return null;
  }

  /**
   * A batch that fails is tried again, smaller each time, until it succeeds or the run that is at fault stands alone; then
   * that run alone has failed. A fault that is none of the run's (the database is away) leaves the job to a later round.
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
    // Another process may have been faster.
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

const FAILED = 'A fault of the server keeps it from working on this run. It was logged, and the run is as it was.';

const mostRuns = (request: BulkRequest) =>
  request.kind === 'DELETE'
    ? Number.POSITIVE_INFINITY
    : Math.max(1, Math.floor(MAX_BYTES_PER_BATCH / roughSize(request.state)));
