import { setTimeout as pause } from 'node:timers/promises';
import type { TaskRun } from '../core/runs/run.ts';
import { Problem } from '../core/values/problem.ts';
import type { Database } from '../store/connection/database.ts';
import { statesThatLast, waitingTaskRuns } from '../store/taskRuns/waitingTaskRuns.ts';
import { Rounds } from './wakeUps/rounds.ts';
import { Subscriber } from './wakeUps/subscriber.ts';
import type { TopicName } from './wakeUps/topic.ts';

const PAGE = 100;
/** A worker gets no more task runs while this many of those delivered to it are still waiting. */
const MOST_TOLD = 1_000;
const AFTER_FAULT_MS = 500;

/**
 * Streams background task runs that wait for a worker. There is no history to resume from: a worker that reconnects
 * gets all waiting task runs from the table. Each worker gets each task run. The first one to propose PENDING gets it;
 * the rules reject the others.
 */
export function openTaskQueue(database: Database, onError: (error: unknown) => void) {
  const workers = new Set<TaskWorker>();
  const wakeAll = () => {
    for (const worker of workers) worker.wake();
  };
  let isClosed = false;
  return {
    follow(tenantId: string, taskKeys: readonly string[]): AsyncIterableIterator<TaskRun> {
      if (isClosed) throw new Problem('UNAVAILABLE', 'This server is stopping. Connect again.');
      const worker = new TaskWorker(database, { tenantId, taskKeys }, onError, () => workers.delete(worker));
      workers.add(worker);
      return worker;
    },
    /** A topic of this name was announced, here or by another process. */
    woken(name: string): void {
      if (name === ('backgroundTaskRuns' satisfies TopicName)) wakeAll();
    },
    /** Called periodically: finds task runs that were not announced, and those that have become due. */
    poll: wakeAll,
    close(): void {
      isClosed = true;
      for (const worker of [...workers]) worker.leave();
    },
  };
}

/** One subscriber. */
class TaskWorker extends Subscriber<TaskRun> {
  /** Read, but not yet delivered. */
  private page: TaskRun[] = [];
  /** Delivered task runs, by the id of their state at that time. */
  private readonly told = new Map<string, string>();
  // One read at a time. A wake-up during a read leads to another read.
  private readonly reads = new Rounds<'read'>(() => this.read());

  constructor(
    private readonly database: Database,
    private readonly wanted: { tenantId: string; taskKeys: readonly string[] },
    private readonly onError: (error: unknown) => void,
    private readonly onLeave: () => void,
  ) {
    super();
  }

  protected take(): TaskRun | null {
    const run = this.page.shift();
    if (run) this.told.set(run.stateId, run.id);
    return run ?? null;
  }

  protected park(): void {
    this.reads.add('read');
  }

  protected left(): void {
    this.page = [];
    this.onLeave();
  }

  private async read(): Promise<void> {
    // Deliver the page of the previous read first: its task runs would otherwise be read and delivered again.
    if (this.page.length > 0) return;
    try {
      if (this.told.size > 0) {
        const told = Array.from(this.told, ([stateId, id]) => ({ id, stateId }));
        const lasting = await statesThatLast(this.database, told);
        for (const { stateId } of told) if (!lasting.has(stateId)) this.told.delete(stateId);
      }
      const limit = Math.min(PAGE, MOST_TOLD - this.told.size);
      if (limit > 0)
        this.page = await waitingTaskRuns(this.database, { ...this.wanted, but: [...this.told.keys()] }, limit);
      if (this.page.length > 0) this.wake();
    } catch (error) {
      this.onError(error);
      await pause(AFTER_FAULT_MS);
      this.wake();
    }
  }
}
