import type { TaskRunState } from '../core/state.ts';
import type { Queryable } from '../store/database.ts';
import { moveTaskRun, readTaskRun } from '../store/oneTaskRun.ts';
import { isOf, type Moved } from './moveOutcome.ts';
import { decideMove, type TaskRunMoveJob, taskRunTopics, writtenState } from './taskRunMover.ts';

/**
 * Moves one task run without locking it first: decided on what is read, and written by one statement, if the run is still
 * the same. Null where that is not enough, and nothing was written: the run was written meanwhile, or its limits, a cached
 * state, the data of a completed state or an idempotency key have a say. `moveTaskRuns` is then to do it.
 */
export async function moveOneTaskRun(database: Queryable, job: TaskRunMoveJob): Promise<Moved<TaskRunState> | null> {
  if (job.request || job.cacheKey !== null) return null;
  const seen = await readTaskRun(database, job.taskRunId);
  if (!seen || !isOf(job.tenantId, seen.run) || seen.isLimited || seen.initial.type === 'COMPLETED') return null;
  const { answer, write } = decideMove(job, seen, { cached: null });
  if (!write) return { answers: [answer], states: new Map(), topics: new Set() };
  if (write.effects.length > 0) return null;
  const { id, version } = seen.run;
  const written = writtenState(seen.run, write);
  const moved = { id, version: version + 1, changes: write.changes, state: write.state };
  const state = await moveTaskRun(database, seen, moved, written);
  return state && { answers: [answer], states: new Map([[state.id, state]]), topics: taskRunTopics([written]) };
}
