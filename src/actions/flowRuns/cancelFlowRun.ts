import { type FlowRunState, isFinal } from '../../core/runs/state.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import type { LockedFlowRun } from '../../store/flowRuns/lockFlowRuns.ts';
import { type Keyed, keyedRequest } from '../writing/answerBook.ts';
import type { Engine } from '../writing/engine.ts';
import type { FlowRunMoveJob } from '../writing/moveFlowRunBatch.ts';
import type { MoveOutcome, Proposal } from '../writing/moveOutcome.ts';
import { moveFlowRun } from './setFlowRunState.ts';

export interface CancelFlowRun extends Keyed {
  flowRunId: string;
  expectedVersion?: number | null;
}

/**
 * Cancels a flow run: directly to CANCELLED if it has no infrastructure, otherwise to CANCELLING, which tells its
 * infrastructure to stop. If the run is CANCELLED or CANCELLING already, the request is accepted and changes nothing.
 */
export function cancelFlowRun(
  engine: Engine,
  viewer: Viewer,
  input: CancelFlowRun,
): Promise<MoveOutcome<FlowRunState>> {
  const job: FlowRunMoveJob & { tenantId: string } = {
    tenantId: viewer.tenantId,
    flowRunId: input.flowRunId,
    propose: cancellation,
    expectedVersion: input.expectedVersion ?? null,
    request: keyedRequest(viewer, 'cancelFlowRun', input),
  };
  return moveFlowRun(engine, job, 0);
}

function cancellation({ run, initial }: LockedFlowRun): Proposal {
  if (initial.type === 'CANCELLED') return { verdict: 'ACCEPT', reason: 'The flow run is already cancelled.' };
  if (initial.type === 'CANCELLING') return { verdict: 'ACCEPT', reason: 'The flow run is already being cancelled.' };
  if (isFinal(initial.type)) return { verdict: 'ABORT', reason: `Run is already in terminal state ${initial.type}.` };
  const waiting = initial.type === 'SCHEDULED' || initial.type === 'PENDING';
  const nothingRuns = waiting ? run.infrastructurePid === null : initial.details.pauseReschedule;
  return nothingRuns
    ? { state: { type: 'CANCELLED', message: 'The flow run was cancelled before it had infrastructure.' }, force: true }
    : { state: { type: 'CANCELLING' }, force: false };
}
