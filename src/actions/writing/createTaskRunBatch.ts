import { decideTaskRun } from '../../core/rules/decide.ts';
import type { TaskRunFacts } from '../../core/runs/move.ts';
import type { TaskRun } from '../../core/runs/run.ts';
import { type ProposedState, proposeState, type StateRequest } from '../../core/runs/state.ts';
import type { Instant } from '../../core/values/instant.ts';
import { Problem } from '../../core/values/problem.ts';
import type { Transaction } from '../../store/connection/database.ts';
import type { KeyedRequest } from '../../store/connection/idempotencyKeys.ts';
import { type CacheEntry, insertCacheEntries } from '../../store/taskRuns/stateCache.ts';
import {
  type EnclosingFlowRun,
  enclosingFlowRuns,
  insertTaskRuns,
  keysText,
  type RegisteredTask,
  readClock,
  taskRunIdsByKeys,
  taskRunIdsInUse,
} from '../../store/taskRuns/taskRunCreations.ts';
import { insertTaskRunStates } from '../../store/taskRuns/taskRunWrites.ts';
import type { Topic } from '../../streams/streams.ts';
import { AnswerBook } from './answerBook.ts';
import { taskRunTopics } from './moveTaskRunBatch.ts';
import { newId } from './newId.ts';

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
  /** What is around the run, where it has just been read. */
  around?: Surroundings;
}

/** The flow run that encloses a task run, if one does, and the database's clock. */
export interface Surroundings {
  flowRun: EnclosingFlowRun | null;
  now: Instant;
}

/** `created` is false where a task run with the same keys was there: that one stays as it is. */
export type CreatedTaskRun = { taskRunId: string; created: boolean };

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
  const fresh: Beginning[] = [];

  const create = (job: TaskRunCreationJob): CreatedTaskRun | Problem => {
    const refused = refusal(job.run, flowRuns);
    if (refused) return refused;
    const keys = keysText(job.run);
    const knownId = knownIds.get(keys);
    if (knownId !== undefined) return { taskRunId: knownId, created: false };
    if (idsInUse.has(job.run.id)) return takenId(job.run.id);
    const beginning = begin(job, flowRuns, now);
    if (beginning instanceof Problem) return beginning;
    fresh.push(beginning);
    knownIds.set(keys, job.run.id);
    idsInUse.add(job.run.id);
    return { taskRunId: job.run.id, created: true };
  };

  const answers = jobs.map((job) => book.once(job.request, () => create(job)));
  // In the order of their keys, so that two processes that create the same task runs do not wait for each other in a circle.
  fresh.sort((a, b) => (keysText(a.run) < keysText(b.run) ? -1 : 1));
  const written = fresh.map(({ run, state }) => ({
    taskRunId: run.id,
    flowRunId: run.flowRunId,
    version: 1,
    state,
    outOfOrder: false,
  }));
  if (fresh.length > 0) {
    insertTaskRuns(transaction, fresh);
    insertTaskRunStates(transaction, written);
  }
  const entries = fresh.flatMap(({ cached }) => cached);
  if (entries.length > 0) insertCacheEntries(transaction, entries);
  book.save();
  return { answers, topics: taskRunTopics(written) };
}

type FlowRuns = ReadonlyMap<string, Pick<EnclosingFlowRun, 'tenantId' | 'labels' | 'facts'>>;

export function refusal(run: NewTaskRun, flowRuns: FlowRuns): Problem | null {
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
  flowRuns: FlowRuns,
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
