import { Problem } from '../../core/values/problem.ts';
import type { Queryable } from '../../store/connection/database.ts';
import { insertTaskRunAlone } from '../../store/taskRuns/taskRunAlone.ts';
import type { Topic } from '../../streams/streams.ts';
import { begin, type CreatedTaskRun, refusal, type TaskRunCreationJob } from './createTaskRunBatch.ts';
import { keepSeen, type RecentTaskRuns } from './moveTaskRunAlone.ts';
import { taskRunTopics } from './moveTaskRunBatch.ts';

/**
 * Creates one task run by one statement, from what was read around it. Null where that is not enough, and nothing was
 * written: the run is there already, its flow run has changed since, or a cache entry or an idempotency key have a say.
 * `createTaskRunBatch` is then to do it.
 */
export async function createTaskRunAlone(
  database: Queryable,
  recent: RecentTaskRuns,
  job: TaskRunCreationJob,
): Promise<{ answers: (CreatedTaskRun | Problem)[]; topics: Set<Topic> } | null> {
  const { run, around, request } = job;
  if (request || !around) return null;
  const flowRuns = new Map(around.flowRun ? [[around.flowRun.facts.id, around.flowRun]] : []);
  if (refusal(run, flowRuns)) return null;
  const beginning = begin(job, flowRuns, around.now);
  if (beginning instanceof Problem || beginning.cached.length > 0) return null;
  const made = await insertTaskRunAlone(database, beginning, around.flowRun, around.now);
  if (!made) return null;
  keepSeen(recent, made);
  const { id: taskRunId, flowRunId } = run;
  const topics = taskRunTopics([{ taskRunId, flowRunId, state: beginning.state }]);
  return { answers: [{ taskRunId, created: true }], topics };
}
