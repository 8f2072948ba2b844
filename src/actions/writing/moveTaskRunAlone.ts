import type { TaskRunState } from '../../core/runs/state.ts';
import type { Queryable } from '../../store/connection/database.ts';
import { readTaskRunAlone, type SeenTaskRun, updateTaskRunAlone } from '../../store/taskRuns/taskRunAlone.ts';
import { isOf, type Moved } from './moveOutcome.ts';
import { decideMove, type TaskRunMoveJob, taskRunTopics, writtenState } from './moveTaskRunBatch.ts';
import type { Recent } from './recent.ts';

export type RecentTaskRuns = Recent<SeenTaskRun>;

/**
 * Moves one task run with one statement and no lock. It decides on the run as it was seen a moment ago, or as it is
 * read now, and writes if the run is still the same. Returns null if this fast path does not apply: the run changed, or
 * limits, caching, a completed state's data or an idempotency key are involved. Nothing is then written; use
 * `moveTaskRunBatch`.
 */
export async function moveTaskRunAlone(
  database: Queryable,
  recent: RecentTaskRuns,
  job: TaskRunMoveJob,
): Promise<Moved<TaskRunState> | null> {
  if (job.request || job.cacheKey !== null) return null;
  const recalled = recent.recall(job.taskRunId);
  const moved = recalled && (await moveSeen(database, recent, job, recalled));
  // A decision to write nothing has no statement that would detect a stale row, so it is only taken on a fresh read.
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

/** The rules need the data of a completed state, and it was not read. */
const isCompleted = ({ initial }: SeenTaskRun) => initial.type === 'COMPLETED';

/** Keeps a run that one statement may move again. */
export function keepSeen(recent: RecentTaskRuns, seen: SeenTaskRun): void {
  // A limit of a tag may be created at any time, and the statement has no condition that would detect it.
  if (!seen.hasTags && !isCompleted(seen)) recent.keep(seen.run.id, seen);
}
