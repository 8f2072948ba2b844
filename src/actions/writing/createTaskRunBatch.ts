import { beginTaskRun } from '../../core/rules/begin.ts';
import { blankTaskRun, type NewTaskRun } from '../../core/runs/blankTaskRun.ts';
import type { TaskRun } from '../../core/runs/run.ts';
import type { StateRequest } from '../../core/runs/state.ts';
import type { Instant } from '../../core/values/instant.ts';
import { Problem } from '../../core/values/problem.ts';
import type { Transaction } from '../../store/connection/database.ts';
import type { KeyedRequest } from '../../store/connection/idempotencyKeys.ts';
import { readClock } from '../../store/runs/readClock.ts';
import type { WrittenTaskRun } from '../../store/taskRuns/createTaskRuns.ts';
import { type EnclosingFlowRun, enclosingFlowRuns } from '../../store/taskRuns/enclosingFlowRuns.ts';
import { type BegunTaskRun, insertTaskRuns, type RegisteredTask } from '../../store/taskRuns/insertTaskRuns.ts';
import { type CacheEntry, insertCacheEntries } from '../../store/taskRuns/stateCache.ts';
import { keysText, taskRunIdsByKeys, taskRunIdsInUse } from '../../store/taskRuns/taskRunKeys.ts';
import { insertTaskRunStates } from '../../store/taskRuns/taskRunStates.ts';
import type { Topic } from '../../streams/streams.ts';
import { AnswerBook } from './answerBook.ts';
import { cacheEntries, taskRunTopics } from './moveTaskRunBatch.ts';
import { newId } from './newId.ts';

export interface TaskRunCreationJob {
  run: NewTaskRun;
  /** The registered task of the run; only for runs that Prefect 1 clients know. */
  task?: RegisteredTask | null;
  state: StateRequest;
  request: KeyedRequest | null;
}

/** `created` is false if a task run with the same keys existed; it is unchanged. */
export interface CreatedTaskRun {
  taskRunId: string;
  created: boolean;
  /** The run as it was written, if it is known. */
  written?: WrittenTaskRun;
}

/** Creates task runs, all of them in this transaction. */
export async function createTaskRunBatch(
  transaction: Transaction,
  jobs: readonly TaskRunCreationJob[],
): Promise<{ answers: (CreatedTaskRun | Problem)[]; topics: Set<Topic> }> {
  const [flowRuns, now, knownIds, idsInUse, book] = await Promise.all([
    enclosingFlowRuns(transaction, [...new Set(jobs.flatMap(({ run }) => run.flowRunId ?? []))]),
    readClock(transaction),
    taskRunIdsByKeys(
      transaction,
      jobs.map(({ run }) => run),
    ),
    taskRunIdsInUse(
      transaction,
      jobs.map(({ run }) => run.id),
    ),
    AnswerBook.open(
      transaction,
      jobs.map(({ request }) => request),
    ),
  ]);
  const fresh: BegunWithCache[] = [];

  const create = (job: TaskRunCreationJob): CreatedTaskRun | Problem => {
    const flowRun = flowRunOf(job.run, flowRuns);
    const missing = missingFlowRun(job.run, flowRun);
    if (missing) return missing;
    const keys = keysText(job.run);
    const knownId = knownIds.get(keys);
    if (knownId !== undefined) return { taskRunId: knownId, created: false };
    if (idsInUse.has(job.run.id)) return takenId(job.run.id);
    const begun = begin(job, flowRun, now);
    if (begun instanceof Problem) return begun;
    fresh.push(begun);
    knownIds.set(keys, job.run.id);
    idsInUse.add(job.run.id);
    return { taskRunId: job.run.id, created: true };
  };

  const answers = jobs.map((job) => book.once(job.request, () => create(job)));
  // In the order of their keys, so that two processes that create the same task runs do not deadlock.
  fresh.sort((a, b) => (keysText(a.run) < keysText(b.run) ? -1 : 1));
  const topics = writeTaskRuns(transaction, fresh);
  const entries = fresh.flatMap(({ cached }) => cached);
  if (entries.length > 0) insertCacheEntries(transaction, entries);
  book.save();
  return { answers, topics };
}

/** Sends task runs and their first states to be written. */
export function writeTaskRuns(transaction: Transaction, begun: readonly BegunTaskRun[]): Set<Topic> {
  const states = begun.map(({ run, state }) => ({
    taskRunId: run.id,
    flowRunId: run.flowRunId,
    version: run.version,
    state,
    outOfOrder: false,
  }));
  if (begun.length > 0) {
    insertTaskRuns(transaction, begun);
    insertTaskRunStates(transaction, states);
  }
  return taskRunTopics(states);
}

/** The flow run of a task run; null if it has none, or if the flow run does not exist. */
export const flowRunOf = (
  { flowRunId }: Pick<TaskRun, 'flowRunId'>,
  flowRuns: ReadonlyMap<string, EnclosingFlowRun>,
): EnclosingFlowRun | null => (flowRunId === null ? null : (flowRuns.get(flowRunId) ?? null));

/** REFERENCE_NOT_FOUND if the task run belongs to a flow run that does not exist, or that another tenant owns. */
export function missingFlowRun(
  { flowRunId, tenantId }: Pick<TaskRun, 'flowRunId' | 'tenantId'>,
  found: Pick<EnclosingFlowRun, 'tenantId'> | null,
): Problem | null {
  if (flowRunId === null || found?.tenantId === tenantId) return null;
  return new Problem('REFERENCE_NOT_FOUND', `Flow run with id ${flowRunId} not found`);
}

export const takenId = (id: string) => new Problem('CONFLICT', `The id ${id} belongs to another task run.`);

export interface BegunWithCache extends BegunTaskRun {
  /** The entry of the state in the cache of completed states, if it has a cache key. */
  cached: CacheEntry[];
}

/** Gives a task run its first state; a Problem if the rules refuse the state. */
export function begin(
  { run: given, task = null, state: request }: Pick<TaskRunCreationJob, 'run' | 'task' | 'state'>,
  flowRun: Pick<EnclosingFlowRun, 'labels' | 'facts'> | null,
  now: Instant,
): BegunWithCache | Problem {
  const blank = blankTaskRun(given, flowRun?.labels ?? {}, now);
  const facts = { prefect1: task !== null, flowRun: flowRun?.facts ?? null, now, newId, random: Math.random() };
  const begun = beginTaskRun(blank, request, facts);
  if (begun instanceof Problem) return begun;
  const { run, state, effects } = begun;
  return { run, state, task, cached: cacheEntries(run.tenantId, effects) };
}
