import { decideFlowRun } from '../../core/rules/decide.ts';
import type { FlowRunChanges } from '../../core/runs/move.ts';
import { type FlowRunState, proposeState } from '../../core/runs/state.ts';
import { Problem } from '../../core/values/problem.ts';
import type { Transaction } from '../../store/connection/database.ts';
import { insertFlowRunStates } from '../../store/flowRuns/flowRunStates.ts';
import { type LockedFlowRun, lockFlowRuns } from '../../store/flowRuns/lockFlowRuns.ts';
import { updateMovedFlowRuns } from '../../store/flowRuns/updateMovedFlowRuns.ts';
import type { Topic } from '../../streams/streams.ts';
import type { Attachable } from './attachment.ts';
import { decideBatch, type MoveJob, type MoveKind, type WrittenMove } from './decideBatch.ts';
import { answerOf, type Moved, proposalOf } from './moveOutcome.ts';
import { moveTaskRunBatch, type TaskRunMoveJob } from './moveTaskRunBatch.ts';
import { newId } from './newId.ts';
import { SlotBook } from './slotBook.ts';

export interface FlowRunMoveJob extends MoveJob<LockedFlowRun>, Attachable {
  flowRunId: string;
}

export type WrittenFlowRunMove = WrittenMove<FlowRunMoveJob, LockedFlowRun, FlowRunChanges>;

/** What follows when flow runs move, for all callers. Followers work in the transaction of the move. */
export interface FlowRunFollower {
  /** Sends the reads that the jobs' `propose` needs, right behind the locks of their runs. */
  prepare?: (transaction: Transaction, jobs: readonly FlowRunMoveJob[]) => Promise<void>;
  /** Called if a state was written. Returns the task runs that move next. */
  follow: (
    transaction: Transaction,
    moves: readonly WrittenFlowRunMove[],
  ) => readonly TaskRunMoveJob[] | Promise<readonly TaskRunMoveJob[]>;
}

/**
 * Moves flow runs, all of them in this transaction. Jobs on one run are decided in their order, each on the result of the
 * one before; the run's row is then written once.
 */
export async function moveFlowRunBatch(
  transaction: Transaction,
  jobs: readonly FlowRunMoveJob[],
  followers: readonly FlowRunFollower[],
): Promise<Moved<FlowRunState>> {
  const { answers, written, moved, slots, book } = await decideBatch(transaction, jobs, FLOW_RUNS, () =>
    Promise.all(followers.map(({ prepare }) => prepare?.(transaction, jobs))),
  );
  const topics = new Set<Topic>();
  let states = new Map<string, FlowRunState>();
  if (written.length > 0) {
    const inserted = written.map(({ job: { flowRunId }, version, state }) => ({ flowRunId, version, state }));
    states = insertFlowRunStates(transaction, inserted);
    updateMovedFlowRuns(transaction, moved);
    slots.save();
    for (const { id } of moved) topics.add(`flowRunStates:${id}`);
    const next: TaskRunMoveJob[] = [];
    for (const follower of followers) next.push(...(await follower.follow(transaction, written)));
    if (next.length > 0) for (const topic of (await moveTaskRunBatch(transaction, next)).topics) topics.add(topic);
  }
  book.save();
  return { answers, states, topics };
}

const FLOW_RUNS: MoveKind<FlowRunMoveJob, LockedFlowRun, FlowRunChanges> = {
  runId: ({ flowRunId }) => flowRunId,
  lock: lockFlowRuns,
  openSlots: SlotBook.ofFlowRuns,
  unknown: (id) => unknownFlowRun(id),
  decide(job, current, slots) {
    const asked = proposalOf(job, current);
    if ('answer' in asked) return { answer: asked.answer, write: null };
    const { proposal } = asked;
    const { run, initial, prefect1, limited, now } = current;
    const decision = decideFlowRun({
      kind: 'flow_run',
      run,
      initial,
      proposed: proposeState(proposal.state, newId(), now),
      force: proposal.force,
      prefect1: prefect1 !== null,
      now,
      newId,
      random: Math.random(),
      ...slots.flowRunFacts(run.id, limited),
    });
    const { write } = decision;
    return { answer: answerOf(run.id, decision, write?.state.id ?? initial.id, write !== null), write };
  },
};

export const unknownFlowRun = (id: string) => new Problem('NOT_FOUND', `Flow run with id ${id} not found`);
