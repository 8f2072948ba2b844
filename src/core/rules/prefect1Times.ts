import type { RunChanges } from '../runs/move.ts';
import type { Prefect1State, ProposedState } from '../runs/state.ts';
import type { RunRecord } from './derivedColumns.ts';

/** The states that end a run in Prefect 1's view. Those left out never had an end there, and readers expect none. */
const ENDS: readonly Prefect1State[] = ['Success', 'Failed', 'Cached', 'TimedOut', 'Looped', 'Cancelled'];

/**
 * Start and end of a run that Prefect 1 clients know, as they count: the earliest start and the latest end of all that it
 * went through, never taken back.
 * Source: prefect_server, the triggers update_flow_run_details_on_state_insert and update_task_run_details_on_state_insert.
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
