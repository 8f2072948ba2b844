import type { FlowRunFacts } from '../runs/move.ts';
import type { StateRequest } from '../runs/state.ts';
import type { Instant } from '../values/instant.ts';

// What the loops propose for native runs that nobody moved in time. Clients know runs by these names and texts.
// Source: Prefect 3, server/services/late_runs.py, pause_expirations.py, cancellation_cleanup.py.

interface Proposed {
  state: StateRequest;
  force: boolean;
}

/** Of a run that was due and that nobody took. */
export const lateState = ({ nextScheduledStartTime }: { nextScheduledStartTime: Instant | null }): Proposed => ({
  state: { type: 'SCHEDULED', name: 'Late', details: { scheduledTime: nextScheduledStartTime } },
  force: false,
});

/** Of a run that nobody resumed before its pause ended. */
export const expiredPauseState = (): Proposed => ({
  state: { type: 'FAILED', message: 'The flow was paused and never resumed.' },
  force: true,
});

/** Of a run whose infrastructure was asked to stop and never said that it did. */
export const timedOutCancellationState = (): Proposed => ({
  state: {
    type: 'CANCELLED',
    message: 'Flow run cancellation timed out; marked this flow run as Cancelled.',
  },
  force: false,
});

const PARENT_CANCELLED = 'The parent flow run was cancelled.';

/** Of a task run that had not ended when its flow run was cancelled. */
export const orphanedTaskRunState = (): Proposed => ({
  state: { type: 'CANCELLED', message: PARENT_CANCELLED },
  force: true,
});

/** Of a subflow whose parent was cancelled: where it may have infrastructure of its own, that is to stop it. */
export const orphanedSubflowState = ({
  deploymentId,
  infrastructurePid,
}: Pick<FlowRunFacts, 'deploymentId' | 'infrastructurePid'>): Proposed => ({
  state: {
    type: deploymentId !== null || infrastructurePid !== null ? 'CANCELLING' : 'CANCELLED',
    message: PARENT_CANCELLED,
  },
  force: true,
});
