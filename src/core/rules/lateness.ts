import type { Run } from '../runs/run.ts';
import { isFinal } from '../runs/state.ts';
import { type Instant, secondsBetween } from '../values/instant.ts';

/** Returns the time spent in RUNNING states, including the current one. Source: Prefect 3, orm_models.py:396-428. */
export const estimatedRunTimeSeconds = (
  run: Pick<Run, 'stateType' | 'stateTimestamp' | 'totalRunTimeSeconds'>,
  now: Instant,
): number =>
  // A client whose clock is ahead can report a state in the future: it counts as 0, not as a negative time.
  run.totalRunTimeSeconds + (run.stateType === 'RUNNING' ? Math.max(0, secondsBetween(run.stateTimestamp, now)) : 0);

/**
 * Returns how much later than expected a run started, or how long it is overdue; 0 if it is on time.
 * Source: Prefect 3, orm_models.py:430-472.
 */
export function latenessSeconds(
  { startTime, expectedStartTime, stateType }: Pick<Run, 'startTime' | 'expectedStartTime' | 'stateType'>,
  now: Instant,
): number {
  if (expectedStartTime === null) return 0;
  if (startTime !== null) return Math.max(0, secondsBetween(expectedStartTime, startTime));
  return isFinal(stateType) ? 0 : Math.max(0, secondsBetween(expectedStartTime, now));
}
