import { type FlowRunState, isFinal } from '../../core/runs/state.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import type { LockedFlowRun } from '../../store/flowRuns/flowRunWrites.ts';
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
 * Ends a flow run the way a person means it: at once where nothing is there to be stopped, otherwise by asking its
 * infrastructure to stop. Cancelling what is cancelled or being cancelled is accepted and changes nothing.
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
  if (initial.type === 'CANCELLED') return { verdict: 'ACCEPT', reason: 'The flow run is cancelled already.' };
  if (initial.type === 'CANCELLING') return { verdict: 'ACCEPT', reason: 'The flow run is being cancelled already.' };
  if (isFinal(initial.type)) return { verdict: 'ABORT', reason: `Run is already in terminal state ${initial.type}.` };
  const waiting = initial.type === 'SCHEDULED' || initial.type === 'PENDING';
  const nothingRuns = waiting ? run.infrastructurePid === null : initial.details.pauseReschedule;
  return nothingRuns
    ? { state: { type: 'CANCELLED', message: 'The flow run was cancelled before it had infrastructure.' }, force: true }
    : { state: { type: 'CANCELLING' }, force: false };
}
