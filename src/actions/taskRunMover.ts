import { decideTaskRun } from '../core/decide.ts';
import { Problem } from '../core/problem.ts';
import { proposeState, type State, type StateRequest, type TaskRunState } from '../core/state.ts';
import type { Queryable } from '../store/database.ts';
import type { KeyedRequest } from '../store/idempotencyKeys.ts';
import { type CacheEntry, cachedStates, cacheEntryKey, insertCacheEntries } from '../store/stateCache.ts';
import {
  insertTaskRunStates,
  type LockedTaskRun,
  lockTaskRuns,
  type MovedTaskRun,
  updateMovedTaskRuns,
  type WrittenTaskRunState,
} from '../store/taskRunWrites.ts';
import type { Topic } from '../streams/streams.ts';
import { AnswerBook } from './answerBook.ts';
import { answerOf, checkVersion, isOf, type MoveAnswer, type Moved, type Proposal } from './moveOutcome.ts';
import { newId } from './newId.ts';
import { SlotBook } from './slotBook.ts';

export interface TaskRunMoveJob {
  /** Null: of whatever tenant. */
  tenantId: string | null;
  taskRunId: string;
  /** Asked with the run as it stands under its lock. */
  propose: (current: LockedTaskRun) => Proposal;
  /** A completed state kept under this key may be taken in place of the proposed one. */
  cacheKey: string | null;
  expectedVersion: number | null;
  request: KeyedRequest | null;
}

/** The cache key under which a state may be found before the task runs; null where none is to be looked for. */
export const cacheKeyOf = ({ type, details }: StateRequest): string | null =>
  type === 'RUNNING' && !details?.refreshCache ? (details?.cacheKey ?? null) : null;

/**
 * Moves task runs, all of them in this transaction. Jobs on one run are decided in their order, each on what the one
 * before left; the run's row is then written once.
 */
export async function moveTaskRuns(
  transaction: Queryable,
  jobs: readonly TaskRunMoveJob[],
): Promise<Moved<TaskRunState>> {
  const lookups = jobs.flatMap(({ tenantId, cacheKey }) => (cacheKey && tenantId ? { tenantId, cacheKey } : []));
  const [locked, book, cached] = await Promise.all([
    lockTaskRuns(transaction, [...new Set(jobs.map(({ taskRunId }) => taskRunId))]),
    AnswerBook.open(
      transaction,
      jobs.map(({ request }) => request),
    ),
    lookups.length === 0 ? new Map<string, State>() : cachedStates(transaction, lookups),
  ]);
  const slots = await SlotBook.ofTaskRuns(
    transaction,
    locked,
    jobs.map(({ taskRunId }) => taskRunId),
  );
  const written: WrittenTaskRunState[] = [];
  const moved = new Map<string, MovedTaskRun>();
  const entries: CacheEntry[] = [];

  const move = (job: TaskRunMoveJob): MoveAnswer | Problem => {
    const current = locked.get(job.taskRunId);
    if (!current || !isOf(job.tenantId, current.run)) return unknownTaskRun(job.taskRunId);
    const conflict = checkVersion(job.expectedVersion, current.run.version);
    if (conflict) return conflict;
    const { run, initial, prefect1, flowRun, limited, now } = current;
    const proposal = job.propose(current);
    if (proposal instanceof Problem) return proposal;
    if ('verdict' in proposal) return answerOf(run.id, { ...proposal, retryAfterSeconds: null }, initial.id, false);

    const decision = decideTaskRun({
      kind: 'task_run',
      run,
      initial,
      proposed: proposeState(proposal.state, newId(), now),
      force: proposal.force,
      prefect1: prefect1 !== null,
      flowRun,
      cached: job.cacheKey === null ? null : (cached.get(cacheEntryKey(run.tenantId, job.cacheKey)) ?? null),
      now,
      newId,
      random: Math.random(),
      ...slots.taskRunFacts(run.id, limited),
    });
    if (!decision.write) return answerOf(run.id, decision, initial.id, false);
    const { state, changes, effects } = decision.write;
    const version = run.version + 1;
    written.push({ taskRunId: run.id, flowRunId: run.flowRunId, version, state, outOfOrder: false });
    moved.set(run.id, { id: run.id, version, changes, state });
    locked.set(run.id, {
      run: { ...run, ...changes, version },
      initial: { ...state, version },
      prefect1: state.prefect1,
      flowRun,
      limited,
      now,
    });
    slots.apply(run.id, effects);
    for (const effect of effects) {
      if (effect.kind === 'cacheState') entries.push({ id: newId(), tenantId: run.tenantId, ...effect });
    }
    return answerOf(run.id, decision, state.id, true);
  };

  const answers = jobs.map((job) => book.once(job.request, () => move(job)));
  let states = new Map<string, TaskRunState>();
  if (written.length > 0)
    [states] = await Promise.all([
      insertTaskRunStates(transaction, written),
      updateMovedTaskRuns(transaction, [...moved.values()]),
      slots.save(),
    ]);
  if (entries.length > 0) await insertCacheEntries(transaction, entries);
  await book.save();
  return { answers, states, topics: taskRunTopics(written) };
}

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
