import type { Run } from '../runs/run.ts';
import { isFinal } from '../runs/state.ts';
import { type Instant, secondsBetween } from '../values/instant.ts';

/** The time spent running, the present stretch included. Source: Prefect 3, orm_models.py:396-428. */
export const estimatedRunTimeSeconds = (
  run: Pick<Run, 'stateType' | 'stateTimestamp' | 'totalRunTimeSeconds'>,
  now: Instant,
): number =>
  // A state reported by a client with a clock ahead of ours lies in the future; time does not run backwards for it.
  run.totalRunTimeSeconds + (run.stateType === 'RUNNING' ? Math.max(0, secondsBetween(run.stateTimestamp, now)) : 0);

/**
 * How much later than expected a run began, or is still waiting to begin; 0 when it is in time.
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
