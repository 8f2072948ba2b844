import type { RunRecord } from '../runs/blankRun.ts';
import type { RunChanges } from '../runs/move.ts';
import type { Prefect1State, ProposedState } from '../runs/state.ts';

/** The states that set the end of a run in Prefect 1. Clients expect no end for its other states. */
const ENDS: readonly Prefect1State[] = ['Success', 'Failed', 'Cached', 'TimedOut', 'Looped', 'Cancelled'];

/**
 * Sets start and end as Prefect 1 does, for runs that its clients know: the earliest start and the latest end of all
 * states. Later states do not clear them.
 * Source: prefect_server, the triggers update_flow_run_details_on_state_insert and
 * update_task_run_details_on_state_insert.
 */
export function inPrefect1Terms<Changes extends RunChanges>(
  run: Pick<RunRecord, 'startTime' | 'endTime'>,
  { prefect1, timestamp }: Pick<ProposedState, 'prefect1' | 'timestamp'>,
  changes: Changes,
): Changes {
  if (prefect1 === null) return changes;
  const { startTime, endTime } = run;
  return {
    ...changes,
    startTime: prefect1.className === 'Running' ? Math.min(startTime ?? timestamp, timestamp) : startTime,
    endTime: ENDS.includes(prefect1.className) ? Math.max(endTime ?? timestamp, timestamp) : endTime,
  };
}
