import { afterMove, type CurrentState, type Effect, type RunChanges } from '../../core/runs/move.ts';
import type { ProposedState } from '../../core/runs/state.ts';
import { Problem } from '../../core/values/problem.ts';
import type { Transaction } from '../../store/connection/database.ts';
import type { KeyedRequest } from '../../store/connection/idempotencyKeys.ts';
import type { MovedRun } from '../../store/runs/movedColumns.ts';
import { AnswerBook } from './answerBook.ts';
import { isOf, type MoveAnswer, type Proposal } from './moveOutcome.ts';
import type { SlotBook } from './slotBook.ts';

/** A move that a caller requests, of either kind of run. */
export interface MoveJob<Current> {
  /** Null for any tenant. */
  tenantId: string | null;
  /** Called with the run as it is under its lock. */
  propose: (current: Current) => Proposal;
  /** The version that the run must have; null for any. */
  expectedVersion: number | null;
  request: KeyedRequest | null;
}

/** What every move reads and changes of a locked run. */
interface Locked extends CurrentState {
  run: { id: string; tenantId: string; version: number };
}

/** A state that the rules let a job write, with the changes to the run's row. */
export interface MoveWrite<Changes extends RunChanges> {
  state: ProposedState;
  changes: Changes;
  effects: Effect[];
}

/** How runs of one kind are moved. */
export interface MoveKind<Job, Current, Changes extends RunChanges> {
  runId: (job: Job) => string;
  /** Locks runs in the order of their ids. Unknown ids are missing from the map. */
  lock: (transaction: Transaction, ids: readonly string[]) => Promise<Map<string, Current>>;
  /** @param runIds the run of each job */
  openSlots: (
    transaction: Transaction,
    locked: ReadonlyMap<string, Current>,
    runIds: readonly string[],
  ) => Promise<SlotBook>;
  decide: (
    job: Job,
    current: Current,
    slots: SlotBook,
  ) => { answer: MoveAnswer | Problem; write: MoveWrite<Changes> | null };
  unknown: (id: string) => Problem;
}

/** A job whose state is written. */
export interface WrittenMove<Job, Current, Changes extends RunChanges> extends MoveWrite<Changes> {
  job: Job;
  answer: MoveAnswer;
  /** The run before this move. */
  before: Current;
  /** The number of the state in the run's history. */
  version: number;
}

export interface DecidedBatch<Job, Current, Changes extends RunChanges> {
  /** In the order of the jobs. */
  answers: (MoveAnswer | Problem)[];
  written: WrittenMove<Job, Current, Changes>[];
  /** One for each run with a new state: its row after the last of its moves. */
  moved: MovedRun<Changes>[];
  slots: SlotBook;
  book: AnswerBook;
}

/**
 * Locks the runs of all jobs and decides each job. Jobs on one run are decided in their order, each on the result of the
 * one before. Writes nothing: the caller saves the states, rows, slots and answers in the same transaction.
 * @param read sends further reads right behind the locks; they see what was committed while the locks were waited for
 */
export async function decideBatch<Job extends MoveJob<Current>, Current extends Locked, Changes extends RunChanges>(
  transaction: Transaction,
  jobs: readonly Job[],
  kind: MoveKind<Job, Current, Changes>,
  read?: () => Promise<unknown>,
): Promise<DecidedBatch<Job, Current, Changes>> {
  const runIds = jobs.map(kind.runId);
  const [locked, book] = await Promise.all([
    kind.lock(transaction, [...new Set(runIds)]),
    AnswerBook.open(
      transaction,
      jobs.map(({ request }) => request),
    ),
    read?.(),
  ]);
  const slots = await kind.openSlots(transaction, locked, runIds);
  const written: WrittenMove<Job, Current, Changes>[] = [];
  const moved = new Map<string, MovedRun<Changes>>();

  const decide = (job: Job): MoveAnswer | Problem => {
    const id = kind.runId(job);
    const before = locked.get(id);
    if (!before || !isOf(job.tenantId, before.run)) return kind.unknown(id);
    const { answer, write } = kind.decide(job, before, slots);
    if (!write || answer instanceof Problem) return answer;
    const { state, changes, effects } = write;
    const version = before.run.version + 1;
    written.push({ job, answer, before, version, state, changes, effects });
    moved.set(id, { id, version, changes, state });
    locked.set(id, afterMove(before, { version, state, changes }));
    slots.apply(id, effects, state.type);
    return answer;
  };

  const answers = jobs.map((job) => book.once(job.request, () => decide(job)));
  return { answers, written, moved: [...moved.values()], slots, book };
}
