import { type Prefect1Proposal, proposeFlowRunState } from '../../core/prefect1/prefect1Policy.ts';
import type { Json } from '../../core/runs/state.ts';
import { isJsonObject } from '../../core/values/jsonObject.ts';
import { Problem } from '../../core/values/problem.ts';
import { roughSize } from '../../core/values/roughSize.ts';
import { type Viewer, visibleTenant } from '../../core/values/viewer.ts';
import type { LockedFlowRun } from '../../store/flowRuns/flowRunWrites.ts';
import type { Engine } from '../writing/engine.ts';
import type { Proposal } from '../writing/moveOutcome.ts';
import { settleAll } from '../writing/settleAll.ts';

export interface SetPrefect1FlowRunState {
  flowRunId: string;
  /** The state as Prefect 1 serializes it. */
  state: Json;
  /** The agent that sets the state, where it says who it is. */
  agentId?: string | null;
}

/**
 * Sets states as Prefect 1 clients do: any state may follow any other (prefect1Policy.ts). Each state is written or not for
 * itself; the first that failed is thrown once all are settled.
 * Source: prefect_server, api/states.py, set_flow_run_state.
 */
export async function setPrefect1FlowRunStates(
  { writer }: Engine,
  viewer: Viewer,
  states: readonly SetPrefect1FlowRunState[],
): Promise<void> {
  await settleAll(
    states.map(({ flowRunId, state, agentId = null }) =>
      writer.flowRunMoves.submit(
        {
          tenantId: visibleTenant(viewer),
          flowRunId,
          propose: (run) => asProposal(proposeTo(flowRunId, run, state)),
          expectedVersion: null,
          request: null,
          input: null,
          submission: isJsonObject(state) && state.type === 'Submitted' ? { agentId } : null,
        },
        roughSize(state),
      ),
    ),
    'NOT_FOUND',
    (index) => `State update failed for flow run ID ${states[index]?.flowRunId}`,
  );
}

function proposeTo(flowRunId: string, { prefect1, now, submittedAt }: LockedFlowRun, state: Json): Prefect1Proposal {
  if (prefect1 === null) return new Problem('NOT_FOUND', `Flow run with id ${flowRunId} not found`);
  return proposeFlowRunState({ current: prefect1, now, flowRunId, submittedAt }, state);
}

/** What the policy says, to the mover. A state that is there already is accepted without being written again. */
export const asProposal = (proposal: Prefect1Proposal): Proposal => {
  if (proposal instanceof Problem) return proposal;
  return proposal === null
    ? { verdict: 'ACCEPT', reason: 'The run is in this state.' }
    : { state: proposal, force: true };
};
