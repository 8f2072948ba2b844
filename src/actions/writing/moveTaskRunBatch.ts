import { decideTaskRun } from '../../core/rules/decide.ts';
import type { Effect, TaskRunChanges, TaskRunFacts, TaskRunMove } from '../../core/runs/move.ts';
import { proposeState, type State, type StateRequest, type TaskRunState } from '../../core/runs/state.ts';
import { Problem } from '../../core/values/problem.ts';
import type { Transaction } from '../../store/connection/database.ts';
import { type LockedTaskRun, lockTaskRuns } from '../../store/taskRuns/lockTaskRuns.ts';
import { type CacheEntry, cachedStates, cacheEntryKey, insertCacheEntries } from '../../store/taskRuns/stateCache.ts';
import { insertTaskRunStates, type WrittenTaskRunState } from '../../store/taskRuns/taskRunStates.ts';
import { updateMovedTaskRuns } from '../../store/taskRuns/updateMovedTaskRuns.ts';
import type { Topic } from '../../streams/streams.ts';
import { decideBatch, type MoveJob, type MoveKind, type MoveWrite } from './decideBatch.ts';
import { answerOf, type MoveAnswer, type Moved, proposalOf } from './moveOutcome.ts';
import { newId } from './newId.ts';
import { SlotBook } from './slotBook.ts';

export interface TaskRunMoveJob extends MoveJob<LockedTaskRun> {
  taskRunId: string;
  /** The rules may replace the proposed state by a completed state that is cached under this key. Null: no lookup. */
  cacheKey: string | null;
}

/** The cache key to look up before the task runs; null if no lookup is needed. */
export const cacheKeyOf = ({ type, details }: StateRequest): string | null =>
  type === 'RUNNING' && !details?.refreshCache ? (details?.cacheKey ?? null) : null;

/**
 * Moves task runs, all of them in this transaction. Jobs on one run are decided in their order, each on the result of the
 * one before; the run's row is then written once.
 */
export async function moveTaskRunBatch(
  transaction: Transaction,
  jobs: readonly TaskRunMoveJob[],
): Promise<Moved<TaskRunState>> {
  const lookups = jobs.flatMap(({ tenantId, cacheKey }) => (cacheKey && tenantId ? { tenantId, cacheKey } : []));
  let cached = new Map<string, State>();
  const readCached = async () => {
    if (lookups.length > 0) cached = await cachedStates(transaction, lookups);
  };
  const kind: MoveKind<TaskRunMoveJob, LockedTaskRun, TaskRunChanges> = {
    runId: ({ taskRunId }) => taskRunId,
    lock: lockTaskRuns,
    openSlots: SlotBook.ofTaskRuns,
    unknown: unknownTaskRun,
    decide: (job, current, slots) =>
      decideMove(job, current, {
        cached: job.cacheKey === null ? null : (cached.get(cacheEntryKey(current.run.tenantId, job.cacheKey)) ?? null),
        ...slots.taskRunFacts(current.run.id, current.limited),
      }),
  };
  const { answers, written, moved, slots, book } = await decideBatch(transaction, jobs, kind, readCached);
  const inserted = written.map(({ before, ...write }) => writtenState(before.run, write));
  let states = new Map<string, TaskRunState>();
  if (written.length > 0) {
    states = insertTaskRunStates(transaction, inserted);
    updateMovedTaskRuns(transaction, moved);
    slots.save();
  }
  const entries = written.flatMap(({ before: { run }, effects }) => cacheEntries(run.tenantId, effects));
  if (entries.length > 0) insertCacheEntries(transaction, entries);
  book.save();
  return { answers, states, topics: taskRunTopics(inserted) };
}

/** The entries for the cache of completed states that a new state entails. */
export const cacheEntries = (tenantId: string, effects: readonly Effect[]): CacheEntry[] =>
  effects.flatMap((effect) => (effect.kind === 'cacheState' ? [{ id: newId(), tenantId, ...effect }] : []));

/** Applies the rules to a job on a run in its current state. Returns the answer, and what to write; null if nothing. */
export function decideMove(
  job: TaskRunMoveJob,
  current: LockedTaskRun,
  facts: Pick<TaskRunMove, 'cached' | 'tagLimits' | 'holdsSlots'>,
): { answer: MoveAnswer | Problem; write: MoveWrite<TaskRunChanges> | null } {
  const asked = proposalOf(job, current);
  if ('answer' in asked) return { answer: asked.answer, write: null };
  const { proposal } = asked;
  const { run, initial, prefect1, flowRun, now } = current;
  const decision = decideTaskRun({
    kind: 'task_run',
    run,
    initial,
    proposed: proposeState(proposal.state, newId(), now),
    force: proposal.force,
    prefect1: prefect1 !== null,
    flowRun,
    now,
    newId,
    random: Math.random(),
    ...facts,
  });
  const { write } = decision;
  return { answer: answerOf(run.id, decision, write?.state.id ?? initial.id, write !== null), write };
}

export const writtenState = (
  run: TaskRunFacts,
  { state }: Pick<MoveWrite<TaskRunChanges>, 'state'>,
): WrittenTaskRunState => ({
  taskRunId: run.id,
  flowRunId: run.flowRunId,
  version: run.version + 1,
  state,
  outOfOrder: false,
});

export const taskRunTopics = (
  written: readonly Pick<WrittenTaskRunState, 'taskRunId' | 'flowRunId' | 'state'>[],
): Set<Topic> =>
  new Set(
    written.flatMap(({ taskRunId, flowRunId, state }): Topic[] => [
      `taskRunStates:${taskRunId}`,
      ...(flowRunId === null ? [] : [`flowRunTaskRunStates:${flowRunId}` as const]),
      ...(flowRunId === null && state.type === 'SCHEDULED' ? [`backgroundTaskRuns:${taskRunId}` as const] : []),
    ]),
  );

export const unknownTaskRun = (id: string) => new Problem('NOT_FOUND', `Task run with id ${id} not found`);
