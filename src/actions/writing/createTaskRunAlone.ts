import { Problem } from '../../core/values/problem.ts';
import type { Queryable } from '../../store/connection/database.ts';
import { insertTaskRunAlone } from '../../store/taskRuns/taskRunAlone.ts';
import type { Topic } from '../../streams/streams.ts';
import { begin, type CreatedTaskRun, missingFlowRun, type TaskRunCreationJob } from './createTaskRunBatch.ts';
import { keepSeen, type RecentTaskRuns } from './moveTaskRunAlone.ts';
import { taskRunTopics } from './moveTaskRunBatch.ts';

/**
 * Creates one task run with one statement, if the job says what surrounds the run. Returns null, and writes nothing, if this
 * does not apply: the run exists, its flow run has changed, or a cache entry or an idempotency key is involved. Then use
 * `createTaskRunBatch`.
 */
export async function createTaskRunAlone(
  database: Queryable,
  recent: RecentTaskRuns,
  job: TaskRunCreationJob,
): Promise<{ answers: (CreatedTaskRun | Problem)[]; topics: Set<Topic> } | null> {
  const { run, around, request } = job;
  if (request || !around || missingFlowRun(run, around.flowRun)) return null;
  const begun = begin(job, around.flowRun, around.now);
  if (begun instanceof Problem || begun.cached.length > 0) return null;
  const created = await insertTaskRunAlone(database, begun, around.flowRun, around.now);
  if (!created) return null;
  keepSeen(recent, created);
  const { id: taskRunId, flowRunId } = run;
  const topics = taskRunTopics([{ taskRunId, flowRunId, state: begun.state }]);
  return { answers: [{ taskRunId, created: true }], topics };
}
