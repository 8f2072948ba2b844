import { decideFlowRun } from '../../core/rules/decide.ts';
import { type FlowRunState, type ProposedState, proposeState } from '../../core/runs/state.ts';
import { Problem } from '../../core/values/problem.ts';
import type { Transaction } from '../../store/connection/database.ts';
import type { KeyedRequest } from '../../store/connection/idempotencyKeys.ts';
import { insertFlowRunInputs, type NewFlowRunInput } from '../../store/flowRuns/flowRunInputWrites.ts';
import {
  insertFlowRunStates,
  type LockedFlowRun,
  lockFlowRuns,
  type MovedFlowRun,
  updateMovedFlowRuns,
  type WrittenFlowRunState,
} from '../../store/flowRuns/flowRunWrites.ts';
import type { Topic } from '../../streams/streams.ts';
import { AnswerBook } from './answerBook.ts';
import { answerOf, isOf, type MoveAnswer, type Moved, type Proposal, proposalOf } from './moveOutcome.ts';
import { moveTaskRunBatch, type TaskRunMoveJob } from './moveTaskRunBatch.ts';
import { newId } from './newId.ts';
import { followPrefect1Moves, recallSubmissions, type Submission } from './prefect1FlowRunMoves.ts';
import { SlotBook } from './slotBook.ts';

export interface FlowRunMoveJob {
  /** Null: of whatever tenant. */
  tenantId: string | null;
  flowRunId: string;
  /** Asked with the run as it stands under its lock. */
  propose: (current: LockedFlowRun) => Proposal;
  expectedVersion: number | null;
  request: KeyedRequest | null;
  /** An input that is stored with the move, if that is accepted. */
  input: NewFlowRunInput | null;
  /** Where a Prefect 1 agent submits the run: the agent, if it says who it is. */
  submission?: Submission | null;
}

/**
 * Moves flow runs, all of them in this transaction. Jobs on one run are decided in their order, each on what the one
 * before left; the run's row is then written once.
 */
export async function moveFlowRunBatch(
  transaction: Transaction,
  jobs: readonly FlowRunMoveJob[],
): Promise<Moved<FlowRunState>> {
  const [locked, book] = await Promise.all([
    lockFlowRuns(transaction, [...new Set(jobs.map(({ flowRunId }) => flowRunId))]),
    AnswerBook.open(
      transaction,
      jobs.map(({ request }) => request),
    ),
  ]);
  await recallSubmissions(transaction, jobs, locked);
  const slots = await SlotBook.ofFlowRuns(
    transaction,
    locked,
    jobs.map(({ flowRunId }) => flowRunId),
  );
  const written: WrittenFlowRunState[] = [];
  const moved = new Map<string, MovedFlowRun>();
  const inputs: NewFlowRunInput[] = [];
  const followers: TaskRunMoveJob[] = [];

  const move = (job: FlowRunMoveJob): MoveAnswer | Problem => {
    const current = locked.get(job.flowRunId);
    if (!current || !isOf(job.tenantId, current.run)) return unknownFlowRun(job.flowRunId);
    const asked = proposalOf(job, current);
    if ('answer' in asked) return asked.answer;
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
    if (!decision.write) return answerOf(run.id, decision, initial.id, false);
    const { state, changes, effects } = decision.write;
    const version = run.version + 1;
    written.push({ flowRunId: run.id, version, state });
    moved.set(run.id, { id: run.id, version, changes, state });
    locked.set(run.id, {
      run: { ...run, ...changes, version },
      initial: { ...state, version },
      prefect1: state.prefect1,
      submittedAt: state.prefect1?.className === 'Submitted' ? state.timestamp : current.submittedAt,
      limited,
      now,
    });
    slots.apply(run.id, effects);
    if (job.input && decision.verdict === 'ACCEPT') inputs.push(job.input);
    for (const effect of effects) {
      if (effect.kind === 'moveParentTaskRun') followers.push(followingTaskRun(run.tenantId, effect));
    }
    return answerOf(run.id, decision, state.id, true);
  };

  const answers = jobs.map((job) => book.once(job.request, () => move(job)));
  const topics = new Set<Topic>(written.map(({ flowRunId }): Topic => `flowRunStates:${flowRunId}`));
  let states = new Map<string, FlowRunState>();
  if (written.length > 0) {
    states = insertFlowRunStates(transaction, written);
    updateMovedFlowRuns(transaction, [...moved.values()]);
    slots.save();
  }
  if (inputs.length > 0) await insertFlowRunInputs(transaction, inputs);
  followers.push(...(await followPrefect1Moves(transaction, written, jobs)));
  if (followers.length > 0) {
    for (const topic of (await moveTaskRunBatch(transaction, followers)).topics) topics.add(topic);
  }
  book.save();
  return { answers, states, topics };
}

/** The parent task run of a subflow follows its child by force. */
export const followingTaskRun = (
  tenantId: string,
  { taskRunId, state: { type, name, message, data, details } }: { taskRunId: string; state: ProposedState },
): TaskRunMoveJob => ({
  tenantId,
  taskRunId,
  propose: () => ({ state: { type, name, message, data, details }, force: true }),
  cacheKey: null,
  expectedVersion: null,
  request: null,
});

export const unknownFlowRun = (id: string) => new Problem('NOT_FOUND', `Flow run with id ${id} not found`);
