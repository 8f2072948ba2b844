import { decideTaskRun } from '../core/decide.ts';
import type { Instant } from '../core/instant.ts';
import type { TaskRunFacts } from '../core/move.ts';
import { Problem } from '../core/problem.ts';
import type { TaskRun } from '../core/run.ts';
import { type ProposedState, proposeState, type StateRequest } from '../core/state.ts';
import type { Queryable } from '../store/database.ts';
import type { KeyedRequest } from '../store/idempotencyKeys.ts';
import { type CacheEntry, insertCacheEntries } from '../store/stateCache.ts';
import {
  type EnclosingFlowRun,
  enclosingFlowRuns,
  insertTaskRuns,
  keysText,
  type RegisteredTask,
  readClock,
  taskRunIdsByKeys,
} from '../store/taskRunCreations.ts';
import { insertTaskRunStates } from '../store/taskRunWrites.ts';
import type { Topic } from '../streams/streams.ts';
import { AnswerBook } from './answerBook.ts';
import { newId } from './newId.ts';
import { taskRunTopics } from './taskRunMover.ts';

/** A task run as it is asked for: all that its first state does not decide. */
export type NewTaskRun = Pick<
  TaskRun,
  | 'id'
  | 'tenantId'
  | 'flowRunId'
  | 'taskKey'
  | 'dynamicKey'
  | 'name'
  | 'taskVersion'
  | 'cacheKey'
  | 'cacheExpiration'
  | 'policy'
  | 'taskInputs'
  | 'tags'
  | 'labels'
>;

export interface TaskRunCreationJob {
  run: NewTaskRun;
  /** The registered task that it runs, where Prefect 1 clients know the run. */
  task?: RegisteredTask | null;
  state: StateRequest;
  request: KeyedRequest | null;
}

/** `created` is false where a task run with the same keys was there: that one stays as it is. */
export type CreatedTaskRun = { taskRunId: string; created: boolean };

/** Creates task runs, all of them in this transaction. */
export async function createTaskRuns(
  transaction: Queryable,
  jobs: readonly TaskRunCreationJob[],
): Promise<{ answers: (CreatedTaskRun | Problem)[]; topics: Set<Topic> }> {
  const [flowRuns, now, book] = await Promise.all([
    enclosingFlowRuns(transaction, [...new Set(jobs.flatMap(({ run }) => run.flowRunId ?? []))]),
    readClock(transaction),
    AnswerBook.open(
      transaction,
      jobs.map(({ request }) => request),
    ),
  ]);
  const begun = new Map(jobs.map((job) => [job, refusal(job.run, flowRuns) ?? begin(job, flowRuns, now)]));
  const first = new Map<string, Beginning>();
  for (const job of book.unanswered(jobs.filter((job) => !(begun.get(job) instanceof Problem)))) {
    const beginning = begun.get(job);
    const keys = keysText(job.run);
    if (beginning && !(beginning instanceof Problem) && !first.has(keys)) first.set(keys, beginning);
  }
  // In the order of their keys, so that two processes that create the same task runs do not wait for each other in a circle.
  const wanted = [...first.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
  const inserted = wanted.length === 0 ? new Set<string>() : await insertTaskRuns(transaction, wanted);
  const fresh = wanted.filter(({ run }) => inserted.has(keysText(run)));
  const known = wanted.filter(({ run }) => !inserted.has(keysText(run))).map(({ run }) => run);
  const knownIds = known.length === 0 ? new Map<string, string>() : await taskRunIdsByKeys(transaction, known);

  const written = fresh.map(({ run, state }) => ({
    taskRunId: run.id,
    flowRunId: run.flowRunId,
    version: 1,
    state,
    outOfOrder: false,
  }));
  if (written.length > 0) await insertTaskRunStates(transaction, written);
  const entries = fresh.flatMap(({ cached }) => cached);
  if (entries.length > 0) await insertCacheEntries(transaction, entries);

  const answers = jobs.map((job) =>
    book.once<CreatedTaskRun>(job.request, () => {
      const beginning = begun.get(job);
      if (beginning instanceof Problem) return beginning;
      const keys = keysText(job.run);
      const knownId = knownIds.get(keys);
      if (knownId !== undefined) return { taskRunId: knownId, created: false };
      const made = first.get(keys);
      if (!made || !inserted.has(keys)) return takenId(job.run.id);
      return { taskRunId: made.run.id, created: made === beginning };
    }),
  );
  await book.save();
  return { answers, topics: taskRunTopics(written) };
}

function refusal(run: NewTaskRun, flowRuns: Map<string, EnclosingFlowRun>): Problem | null {
  if (run.flowRunId === null || flowRuns.get(run.flowRunId)?.tenantId === run.tenantId) return null;
  return new Problem('REFERENCE_NOT_FOUND', `Flow run with id ${run.flowRunId} not found`);
}

export const takenId = (id: string) => new Problem('CONFLICT', `The id ${id} belongs to another task run.`);

/** The columns of a run that has no state yet. */
export const blankTaskRun = (run: NewTaskRun, stateId: string, now: Instant): TaskRun => ({
  ...run,
  created: now,
  updated: now,
  version: 1,
  stateId,
  stateType: 'PENDING',
  stateName: '',
  stateTimestamp: now,
  runCount: 0,
  flowRunRunCount: 0,
  expectedStartTime: null,
  nextScheduledStartTime: null,
  startTime: null,
  endTime: null,
  totalRunTimeSeconds: 0,
});

export interface Beginning {
  run: TaskRun;
  task: RegisteredTask | null;
  state: ProposedState;
  cached: CacheEntry[];
}

export function begin(
  { run: asked, task = null, state: request }: Omit<TaskRunCreationJob, 'request'>,
  flowRuns: Map<string, EnclosingFlowRun>,
  now: Instant,
): Beginning | Problem {
  const around = asked.flowRunId === null ? undefined : flowRuns.get(asked.flowRunId);
  const inherited = around ? { ...around.labels, 'prefect.flow-run.id': around.facts.id } : {};
  const proposed = proposeState(request, newId(), now);
  const run = blankTaskRun({ ...asked, labels: { ...inherited, ...asked.labels } }, proposed.id, now);
  // Force: a run may be created in any state (Prefect 3, models/task_runs.py, create_task_run).
  const { write } = decideTaskRun({
    kind: 'task_run',
    run: run as TaskRunFacts, // a run has all that rules ask for
    initial: null,
    proposed,
    force: true,
    prefect1: task !== null,
    flowRun: around?.facts ?? null,
    cached: null,
    now,
    newId,
    random: Math.random(),
  });
  if (!write) return new Problem('FAILED_PRECONDITION', `A task run cannot begin in state ${request.type}.`);
  const cached = write.effects.flatMap((effect): CacheEntry[] =>
    effect.kind === 'cacheState' ? [{ id: newId(), tenantId: run.tenantId, ...effect }] : [],
  );
  return { run: { ...run, ...write.changes }, task, state: write.state, cached };
}
