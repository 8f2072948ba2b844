import { PREFECT_1_FINISHED, requestOf } from '../../core/prefect1/prefect1Policy.ts';
import type { Instant } from '../../core/values/instant.ts';
import type { Transaction } from '../../store/connection/database.ts';
import { assignAgents, lastSubmissions, taskRunsNotIn } from '../../store/prefect1Runs/prefect1FlowRunWrites.ts';
import { queueCloudHooks } from '../cloudHooks/queueCloudHooks.ts';
import { attachmentKind } from '../writing/attachment.ts';
import type { FlowRunFollower, FlowRunMoveJob, WrittenFlowRunMove } from '../writing/moveFlowRunBatch.ts';
import type { TaskRunMoveJob } from '../writing/moveTaskRunBatch.ts';
import { prefect1TaskRunMove } from './prefect1TaskRunMove.ts';

/** A request of an agent to submit a run. */
export interface Submission {
  /** Null if the agent did not send its id. */
  agentId: string | null;
  /** When the run was last submitted, by this batch or before; read when the run is locked. One for all jobs of a run. */
  last: { submittedAt: Instant | null };
}

export const submissionAttachment = attachmentKind<Submission>('submission');

/**
 * Follows moves of runs that Prefect 1 clients know, for all callers: records which agent took a run, queues cloud
 * hooks, and cancels the task runs of cancelled flow runs. Without such runs it sends no statement.
 */
export const followPrefect1Moves: FlowRunFollower = {
  prepare: recallSubmissions,
  async follow(transaction, moves) {
    const known = moves.filter(({ state }) => state.prefect1 !== null);
    if (known.length === 0) return [];
    const taken = withClass(known, 'Submitted').flatMap(({ job }) => {
      const agentId = submissionAttachment.of(job)?.agentId;
      return agentId ? { flowRunId: job.flowRunId, agentId } : [];
    });
    if (taken.length > 0) await assignAgents(transaction, taken);
    await queueCloudHooks(
      transaction,
      known.map(({ state }) => state),
    );
    return cancellations(transaction, withClass(known, 'Cancelled'));
  },
};

async function recallSubmissions(transaction: Transaction, jobs: readonly FlowRunMoveJob[]): Promise<void> {
  const submissions = jobs.flatMap((job) => {
    const submission = submissionAttachment.of(job);
    return submission ? { flowRunId: job.flowRunId, submission } : [];
  });
  if (submissions.length === 0) return;
  const ids = [...new Set(submissions.map(({ flowRunId }) => flowRunId))];
  const submittedAt = await lastSubmissions(transaction, ids);
  const last = new Map(ids.map((id) => [id, { submittedAt: submittedAt.get(id) ?? null }]));
  for (const { flowRunId, submission } of submissions) submission.last = last.get(flowRunId) ?? submission.last;
}

const withClass = (moves: readonly WrittenFlowRunMove[], className: string) =>
  moves.filter(({ state }) => state.prefect1?.className === className);

async function cancellations(
  transaction: Transaction,
  cancelled: readonly WrittenFlowRunMove[],
): Promise<TaskRunMoveJob[]> {
  if (cancelled.length === 0) return [];
  const requests = new Map(
    cancelled.flatMap(({ job, state: { prefect1 } }) => (prefect1 ? [[job.flowRunId, requestOf(prefect1)]] : [])),
  );
  const unfinished = await taskRunsNotIn(transaction, [...requests.keys()], PREFECT_1_FINISHED);
  return unfinished.flatMap(({ id, flowRunId }) => {
    const state = requests.get(flowRunId);
    return state ? prefect1TaskRunMove(id, () => ({ state, force: true })) : [];
  });
}
