import { PREFECT_1_FINISHED, requestOf } from '../../core/prefect1/prefect1Policy.ts';
import type { Transaction } from '../../store/connection/database.ts';
import type { LockedFlowRun, WrittenFlowRunState } from '../../store/flowRuns/flowRunWrites.ts';
import { assignAgents, lastSubmissions, taskRunsNotIn } from '../../store/prefect1Runs/prefect1FlowRunWrites.ts';
import type { TaskRunMoveJob } from './moveTaskRunBatch.ts';
import { queueCloudHooks } from './queueCloudHooks.ts';

// What moving flow runs entails where Prefect 1 clients know the runs, whoever moves them. Without such runs it costs nothing.

/** That an agent takes a run to run it. */
export interface Submission {
  /** Null where the agent did not say who it is. */
  agentId: string | null;
}

interface Submitting {
  flowRunId: string;
  submission?: Submission | null;
}

/** Tells the runs that are to be submitted when they last were. */
export async function recallSubmissions(
  transaction: Transaction,
  jobs: readonly Submitting[],
  locked: Map<string, LockedFlowRun>,
): Promise<void> {
  const ids = jobs.flatMap(({ flowRunId, submission }) => (submission ? flowRunId : []));
  if (ids.length === 0) return;
  for (const [id, submittedAt] of await lastSubmissions(transaction, ids)) {
    const run = locked.get(id);
    if (run) locked.set(id, { ...run, submittedAt });
  }
}

/** After states were written: their agents and hooks. The task runs of cancelled flow runs are to be cancelled, too. */
export async function followPrefect1Moves(
  transaction: Transaction,
  written: readonly WrittenFlowRunState[],
  jobs: readonly Submitting[],
): Promise<TaskRunMoveJob[]> {
  const known = written.filter(({ state }) => state.prefect1 !== null);
  if (known.length === 0) return [];
  const submitted = new Set(classOf(known, 'Submitted').map(({ flowRunId }) => flowRunId));
  const taken = jobs.flatMap(({ flowRunId, submission }) =>
    submission?.agentId && submitted.has(flowRunId) ? { flowRunId, agentId: submission.agentId } : [],
  );
  if (taken.length > 0) await assignAgents(transaction, taken);
  await queueCloudHooks(
    transaction,
    known.map(({ state }) => state),
  );
  return cancellations(transaction, classOf(known, 'Cancelled'));
}

const classOf = (written: readonly WrittenFlowRunState[], className: string) =>
  written.filter(({ state }) => state.prefect1?.className === className);

async function cancellations(
  transaction: Transaction,
  cancelled: readonly WrittenFlowRunState[],
): Promise<TaskRunMoveJob[]> {
  if (cancelled.length === 0) return [];
  const requests = new Map(
    cancelled.flatMap(({ flowRunId, state: { prefect1 } }) => (prefect1 ? [[flowRunId, requestOf(prefect1)]] : [])),
  );
  const unfinished = await taskRunsNotIn(transaction, [...requests.keys()], PREFECT_1_FINISHED);
  return unfinished.flatMap(({ id, flowRunId }) => {
    const state = requests.get(flowRunId);
    return state ? prefect1TaskRunMove(id, () => ({ state, force: true })) : [];
  });
}

/** A move of a task run of whatever tenant that neither looks for a cached state nor is remembered by a key. */
export const prefect1TaskRunMove = (
  taskRunId: string,
  propose: TaskRunMoveJob['propose'],
  tenantId: string | null = null,
): TaskRunMoveJob => ({ tenantId, taskRunId, propose, cacheKey: null, expectedVersion: null, request: null });
