import type { Instant } from '../../core/values/instant.ts';
import { Problem } from '../../core/values/problem.ts';
import type { Database, Queryable } from '../../store/connection/database.ts';
import { violates } from '../../store/connection/databaseErrors.ts';
import { requestKey } from '../../store/connection/idempotencyKeys.ts';
import { createOneTaskRun, createTaskRuns, type RequestedTaskRun } from '../../store/taskRuns/createTaskRuns.ts';
import type { Topic } from '../../streams/streams.ts';
import { begin, type CreatedTaskRun, createTaskRunBatch, type TaskRunCreationJob } from './createTaskRunBatch.ts';
import type { DatabaseClock } from './databaseClock.ts';
import { keepSeen, type RecentTaskRuns } from './moveTaskRunAlone.ts';
import { taskRunTopics } from './moveTaskRunBatch.ts';

interface Creations {
  answers: (CreatedTaskRun | Problem)[];
  topics: Set<Topic>;
}

/** Every statement finds its rows by keys. */
const BY_KEYS = { byKeys: true };

/**
 * Creates task runs with one statement, which reads nothing first: a task run alone is its own transaction. The statement
 * leaves out the jobs that need more, which `createTaskRunBatch` does in the same transaction: their runs exist, their flow run
 * does not, their state is refused or cached, or they repeat a request. A request that was answered before violates its
 * idempotency key; the batch then does all jobs.
 */
export async function createTaskRunsAtOnce(
  database: Database,
  clock: DatabaseClock,
  recent: RecentTaskRuns,
  jobs: readonly TaskRunCreationJob[],
): Promise<Creations> {
  const batch = () => database.transaction((transaction) => createTaskRunBatch(transaction, jobs), BY_KEYS);
  try {
    if (jobs.length > 1)
      return await database.transaction(async (transaction) => {
        const { answers, topics } = await attempt(transaction, clock, recent, jobs);
        const left = jobs.filter((job) => !answers.has(job));
        const rest = left.length > 0 ? await createTaskRunBatch(transaction, left) : { answers: [], topics: [] };
        for (const [index, answer] of rest.answers.entries()) answers.set(left[index] as TaskRunCreationJob, answer); // one each
        for (const topic of rest.topics) topics.add(topic);
        return { answers: jobs.flatMap((job) => answers.get(job) ?? []), topics };
      }, BY_KEYS);
    const { answers, topics } = await attempt(database, clock, recent, jobs);
    return answers.size === 0 ? await batch() : { answers: [...answers.values()], topics };
  } catch (error) {
    if (!violates(error, 'idempotency_key_pkey')) throw error;
    return batch();
  }
}

/** Creates the task runs that one statement can create. */
async function attempt(
  database: Queryable,
  clock: DatabaseClock,
  recent: RecentTaskRuns,
  jobs: readonly TaskRunCreationJob[],
): Promise<{ answers: Map<TaskRunCreationJob, CreatedTaskRun | Problem>; topics: Set<Topic> }> {
  const answers = new Map<TaskRunCreationJob, CreatedTaskRun | Problem>();
  const decidedAt = await clock.read(database);
  const begun = beginAll(jobs, decidedAt);
  const requested = begun.map((one) => one.requested);
  const [only, ...others] = requested;
  if (!only) return { answers, topics: new Set() };
  const { now, created, isOnTime } =
    others.length === 0
      ? await createOneTaskRun(database, only, decidedAt)
      : await createTaskRuns(database, requested, decidedAt);
  if (!isOnTime) clock.forget();
  clock.learn(now);
  const states: Parameters<typeof taskRunTopics>[0][number][] = [];
  for (const [index, { job, requested }] of begun.entries()) {
    const written = created[index];
    if (!written) continue;
    answers.set(job, { taskRunId: job.run.id, created: true, written });
    states.push({ taskRunId: job.run.id, flowRunId: job.run.flowRunId, state: requested.state });
    if (written.seen) keepSeen(recent, written.seen);
  }
  return { answers, topics: taskRunTopics(states) };
}

/** Leaves out the jobs that need more than one statement. */
function beginAll(jobs: readonly TaskRunCreationJob[], now: Instant) {
  const begun: { job: TaskRunCreationJob; requested: RequestedTaskRun }[] = [];
  const taken = new Set<string>();
  for (const job of jobs) {
    const { run, request } = job;
    const keys = [run.id, ...(request ? [requestKey(request)] : [])];
    if (keys.some((key) => taken.has(key))) continue;
    for (const key of keys) taken.add(key);
    const beginning = begin(job, null, now);
    if (beginning instanceof Problem) continue;
    // The rules read the flow run for the state of a background task only.
    const readsFlowRun = beginning.state.details.deferred && run.flowRunId !== null;
    if (beginning.cached.length === 0 && !readsFlowRun) begun.push({ job, requested: { ...beginning, request } });
  }
  return begun;
}
