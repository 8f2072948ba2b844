import { decideTaskRun } from '../../core/rules/decide.ts';
import type { Decision, TaskRunChanges, TaskRunFacts, TaskRunMove } from '../../core/runs/move.ts';
import { proposeState, type State, type StateRequest, type TaskRunState } from '../../core/runs/state.ts';
import { Problem } from '../../core/values/problem.ts';
import type { Transaction } from '../../store/connection/database.ts';
import type { KeyedRequest } from '../../store/connection/idempotencyKeys.ts';
import { type CacheEntry, cachedStates, cacheEntryKey, insertCacheEntries } from '../../store/taskRuns/stateCache.ts';
import {
  insertTaskRunStates,
  type LockedTaskRun,
  lockTaskRuns,
  type MovedTaskRun,
  updateMovedTaskRuns,
  type WrittenTaskRunState,
} from '../../store/taskRuns/taskRunWrites.ts';
import type { Topic } from '../../streams/streams.ts';
import { AnswerBook } from './answerBook.ts';
import { answerOf, isOf, type MoveAnswer, type Moved, type Proposal, proposalOf } from './moveOutcome.ts';
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
export async function moveTaskRunBatch(
  transaction: Transaction,
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
    const { run, flowRun, limited, now } = current;
    const { answer, write } = decideMove(job, current, {
      cached: job.cacheKey === null ? null : (cached.get(cacheEntryKey(run.tenantId, job.cacheKey)) ?? null),
      ...slots.taskRunFacts(run.id, limited),
    });
    if (!write) return answer;
    const { state, changes, effects } = write;
    const version = run.version + 1;
    written.push(writtenState(run, write));
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
    return answer;
  };

  const answers = jobs.map((job) => book.once(job.request, () => move(job)));
  let states = new Map<string, TaskRunState>();
  if (written.length > 0) {
    states = insertTaskRunStates(transaction, written);
    updateMovedTaskRuns(transaction, [...moved.values()]);
    slots.save();
  }
  if (entries.length > 0) insertCacheEntries(transaction, entries);
  book.save();
  return { answers, states, topics: taskRunTopics(written) };
}

type Write = NonNullable<Decision<TaskRunChanges>['write']>;

/** What the rules say to a job on a run as it stands: the answer, and what is to be written, if anything is. */
export function decideMove(
  job: TaskRunMoveJob,
  current: LockedTaskRun,
  facts: Pick<TaskRunMove, 'cached' | 'tagLimits' | 'holdsSlots'>,
): { answer: MoveAnswer | Problem; write: Write | null } {
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

export const writtenState = (run: TaskRunFacts, { state }: Write): WrittenTaskRunState => ({
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
