import type { TaskRunState } from '../../core/runs/state.ts';
import type { Queryable } from '../../store/connection/database.ts';
import { readTaskRunAlone, type SeenTaskRun, updateTaskRunAlone } from '../../store/taskRuns/taskRunAlone.ts';
import { isOf, type Moved } from './moveOutcome.ts';
import { decideMove, type TaskRunMoveJob, taskRunTopics, writtenState } from './moveTaskRunBatch.ts';
import type { Recent } from './recent.ts';

export type RecentTaskRuns = Recent<SeenTaskRun>;

/**
 * Moves one task run without locking it first: decided on what was seen of it a moment ago, or is read now, and written by
 * one statement, if the run is still the same. Null where that is not enough, and nothing was written: the run was written
 * meanwhile, or its limits, a cached state, the data of a completed state or an idempotency key have a say. `moveTaskRunBatch`
 * is then to do it.
 */
export async function moveTaskRunAlone(
  database: Queryable,
  recent: RecentTaskRuns,
  job: TaskRunMoveJob,
): Promise<Moved<TaskRunState> | null> {
  if (job.request || job.cacheKey !== null) return null;
  const recalled = recent.recall(job.taskRunId);
  const moved = recalled && (await moveSeen(database, recent, job, recalled));
  // A decision to write nothing is no write that could fail: it is taken on what is read only.
  if (moved && moved.states.size > 0) return moved;
  const seen = await readTaskRunAlone(database, job.taskRunId);
  return seen && moveSeen(database, recent, job, seen);
}

async function moveSeen(
  database: Queryable,
  recent: RecentTaskRuns,
  job: TaskRunMoveJob,
  before: SeenTaskRun,
): Promise<Moved<TaskRunState> | null> {
  if (!isOf(job.tenantId, before.run) || before.isLimited || isCompleted(before)) return null;
  const { answer, write } = decideMove(job, before, { cached: null });
  if (!write) return { answers: [answer], states: new Map(), topics: new Set() };
  if (write.effects.length > 0) return null;
  const { id, version } = before.run;
  const written = writtenState(before.run, write);
  const moved = { id, version: version + 1, changes: write.changes, state: write.state };
  recent.forget(id);
  const after = await updateTaskRunAlone(database, before, moved, written);
  if (!after) return null;
  keepSeen(recent, after.seen);
  return { answers: [answer], states: new Map([[after.state.id, after.state]]), topics: taskRunTopics([written]) };
}

/** The data of such a run has a say in where it may go, and was not read. */
const isCompleted = ({ initial }: SeenTaskRun) => initial.type === 'COMPLETED';

/** Remembers a run that may be moved by one statement again. */
export function keepSeen(recent: RecentTaskRuns, seen: SeenTaskRun): void {
  // A limit of a tag may be made at any time, and no condition of the statement would notice.
  if (!seen.hasTags && !isCompleted(seen)) recent.keep(seen.run.id, seen);
}
