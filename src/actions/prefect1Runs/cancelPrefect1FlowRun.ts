import { proposeCancellation } from '../../core/prefect1/prefect1Policy.ts';
import type { Prefect1State } from '../../core/runs/state.ts';
import { Problem } from '../../core/values/problem.ts';
import { roughSize } from '../../core/values/roughSize.ts';
import { type Viewer, visibleTenant } from '../../core/values/viewer.ts';
import type { LockedFlowRun } from '../../store/flowRuns/lockFlowRuns.ts';
import type { Engine } from '../writing/engine.ts';
import { asProposal } from './setPrefect1FlowRunStates.ts';

export interface CancelPrefect1FlowRun {
  flowRunId: string;
  /** Null: the default message. */
  message?: string | null;
}

/**
 * Cancels a flow run: a running one moves to Cancelling, one that does not run to Cancelled, a finished one stays.
 * Returns the class of the run's state afterwards.
 * Source: prefect_server, api/states.py, cancel_flow_run.
 */
export async function cancelPrefect1FlowRun(
  { writer }: Engine,
  viewer: Viewer,
  { flowRunId, message = null }: CancelPrefect1FlowRun,
): Promise<Prefect1State> {
  const unknown = new Problem('NOT_FOUND', `Invalid flow run ID: ${flowRunId}.`);
  let becomes: Prefect1State = 'Cancelled';
  const propose = ({ prefect1: current, now }: LockedFlowRun) => {
    if (current === null) return unknown;
    const proposal = proposeCancellation({ current, now }, message);
    becomes = (proposal instanceof Problem ? null : proposal?.prefect1?.className) ?? current.className;
    return asProposal(proposal);
  };
  const job = {
    tenantId: visibleTenant(viewer),
    flowRunId,
    propose,
    expectedVersion: null,
    request: null,
  };
  try {
    await writer.flowRunMoves.submit(job, roughSize(message));
  } catch (error) {
    throw error instanceof Problem && error.code === 'NOT_FOUND' ? unknown : error;
  }
  return becomes;
}
