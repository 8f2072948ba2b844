import type { FlowRunFacts } from '../runs/move.ts';
import type { StateRequest } from '../runs/state.ts';
import type { Instant } from '../values/instant.ts';

// The states that the loops propose for overdue native runs. Clients match these names and messages: do not change
// them.
// Source: Prefect 3, server/services/late_runs.py, pause_expirations.py, cancellation_cleanup.py.

interface Proposed {
  state: StateRequest;
  force: boolean;
}

/** For a run that is due and that no worker has picked up. */
export const lateState = ({ nextScheduledStartTime }: { nextScheduledStartTime: Instant | null }): Proposed => ({
  state: { type: 'SCHEDULED', name: 'Late', details: { scheduledTime: nextScheduledStartTime } },
  force: false,
});

/** For a run that was not resumed before its pause timed out. */
export const expiredPauseState = (): Proposed => ({
  state: { type: 'FAILED', message: 'The flow was paused and never resumed.' },
  force: true,
});

/** For a run whose infrastructure did not confirm that it stopped. */
export const timedOutCancellationState = (): Proposed => ({
  state: {
    type: 'CANCELLED',
    message: 'Flow run cancellation timed out; marked this flow run as Cancelled.',
  },
  force: false,
});

const PARENT_CANCELLED = 'The parent flow run was cancelled.';

/** For a task run that had not ended when its flow run was cancelled. */
export const orphanedTaskRunState = (): Proposed => ({
  state: { type: 'CANCELLED', message: PARENT_CANCELLED },
  force: true,
});

/** For a subflow whose parent was cancelled: CANCELLING if it may have infrastructure of its own, which must stop. */
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
