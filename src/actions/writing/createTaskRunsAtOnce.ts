import type { Instant } from '../../core/values/instant.ts';
import { Problem } from '../../core/values/problem.ts';
import type { Queryable } from '../../store/connection/database.ts';
import { requestKey } from '../../store/connection/idempotencyKeys.ts';
import { createOneTaskRun, createTaskRuns, type RequestedTaskRun } from '../../store/taskRuns/createTaskRuns.ts';
import type { Topic } from '../../streams/streams.ts';
import { begin, type CreatedTaskRun, type TaskRunCreationJob } from './createTaskRunBatch.ts';
import type { DatabaseClock } from './databaseClock.ts';
import { keepSeen, type RecentTaskRuns } from './moveTaskRunAlone.ts';
import { taskRunTopics } from './moveTaskRunBatch.ts';

/**
 * Creates the task runs that one statement can create. It leaves out the jobs whose runs exist, whose flow run does not, whose
 * state is refused or cached, or that repeat a request: `createTaskRunBatch` does those.
 */
export async function createTaskRunsAtOnce(
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
