import { type Prefect1Proposal, proposeFlowRunState } from '../../core/prefect1/prefect1Policy.ts';
import { isJsonObject, type Json } from '../../core/values/jsonObject.ts';
import { Problem } from '../../core/values/problem.ts';
import { roughSize } from '../../core/values/roughSize.ts';
import { type Viewer, visibleTenant } from '../../core/values/viewer.ts';
import type { LockedFlowRun } from '../../store/flowRuns/lockFlowRuns.ts';
import type { Engine } from '../writing/engine.ts';
import { unknownFlowRun } from '../writing/moveFlowRunBatch.ts';
import type { Proposal } from '../writing/moveOutcome.ts';
import { settleAll } from '../writing/settleAll.ts';
import { type Submission, submissionAttachment } from './followPrefect1Moves.ts';

export interface SetPrefect1FlowRunState {
  flowRunId: string;
  /** The state as Prefect 1 serializes it. */
  state: Json;
  /** The agent that sets the state; null if it sent no id. */
  agentId?: string | null;
}

/**
 * Sets states as Prefect 1 clients do: any state may follow any other (prefect1Policy.ts). Each state succeeds or fails
 * alone; the first failure is thrown when all are settled.
 * Source: prefect_server, api/states.py, set_flow_run_state.
 */
export async function setPrefect1FlowRunStates(
  { writer }: Engine,
  viewer: Viewer,
  states: readonly SetPrefect1FlowRunState[],
): Promise<void> {
  await settleAll(
    states.map(({ flowRunId, state, agentId = null }) => {
      const isSubmission = isJsonObject(state) && state.type === 'Submitted';
      const submission: Submission | null = isSubmission ? { agentId, last: { submittedAt: null } } : null;
      return writer.flowRunMoves.submit(
        {
          tenantId: visibleTenant(viewer),
          flowRunId,
          propose: (run) => asProposal(proposeTo(flowRunId, run, state, submission)),
          expectedVersion: null,
          request: null,
          attachment: submission && submissionAttachment.attach(submission),
        },
        roughSize(state),
      );
    }),
    'NOT_FOUND',
    (index) => `State update failed for flow run ID ${states[index]?.flowRunId}`,
  );
}

function proposeTo(
  flowRunId: string,
  { prefect1, now }: LockedFlowRun,
  state: Json,
  submission: Submission | null,
): Prefect1Proposal {
  if (prefect1 === null) return unknownFlowRun(flowRunId);
  const submittedAt = submission?.last.submittedAt ?? null;
  const proposal = proposeFlowRunState({ current: prefect1, now, flowRunId, submittedAt }, state);
  // Two agents may submit the run in one batch: the second sees what the first did.
  if (submission && proposal !== null && !(proposal instanceof Problem)) submission.last.submittedAt = now;
  return proposal;
}

/**
 * Turns the policy's result into a proposal. If the run already has the state, it is accepted and not written again.
 */
export const asProposal = (proposal: Prefect1Proposal): Proposal => {
  if (proposal instanceof Problem) return proposal;
  return proposal === null
    ? { verdict: 'ACCEPT', reason: 'The run is already in this state.' }
    : { state: proposal, force: true };
};
