import { checkStateRequest } from '../../core/checks/checkStateRequest.ts';
import type { StateRequest } from '../../core/runs/state.ts';
import type { Instant } from '../../core/values/instant.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import { type AcceptedBulkJob, acceptBulkJob, type BulkInput } from './acceptBulkJob.ts';
import type { BulkEngine } from './bulkEngine.ts';

export interface BulkSetFlowRunState extends BulkInput {
  state: StateRequest;
  /** Skips all rules except those of the minimal policy. Default false. */
  force?: boolean | null;
}

/** Proposes one state for all flow runs that match a filter. The rules decide for each run. */
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

/** A scheduled state without a time means the time of the request, not the time at which the job reaches a run. */
const dueNow = (state: StateRequest, now: Instant): StateRequest =>
  state.type === 'SCHEDULED'
    ? { ...state, details: { ...state.details, scheduledTime: state.details?.scheduledTime ?? now } }
    : state;
