import { checkStateRequest } from '../../core/checks/checkStateRequest.ts';
import type { StateRequest } from '../../core/runs/state.ts';
import type { Instant } from '../../core/values/instant.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import { type AcceptedBulkJob, acceptBulkJob, type BulkInput } from './acceptBulkJob.ts';
import type { BulkEngine } from './bulkEngine.ts';

export interface BulkSetFlowRunState extends BulkInput {
  state: StateRequest;
  /** Asks only the few rules that hold even then. Default false. */
  force?: boolean | null;
}

/** Proposes one state for all flow runs that pass a filter, each by its own rules. */
export function bulkSetFlowRunState(
  engine: BulkEngine,
  viewer: Viewer,
  input: BulkSetFlowRunState,
): Promise<AcceptedBulkJob> {
  checkStateRequest('state', input.state);
  const { state, force } = input;
  return acceptBulkJob(engine, viewer, 'bulkSetFlowRunState', input, {
    kind: 'SET_STATE',
    state: dueNow(state, Date.now() * 1000),
    force: force ?? false,
  });
}

/** A scheduled state that names no time means now: when it was asked for, and not when a run's turn comes. */
const dueNow = (state: StateRequest, now: Instant): StateRequest =>
  state.type === 'SCHEDULED'
    ? { ...state, details: { ...state.details, scheduledTime: state.details?.scheduledTime ?? now } }
    : state;
