import type { Instant } from '../values/instant.ts';
import type { Run } from './run.ts';

/** The columns that accumulate over the states of a run. */
export type RunRecord = Pick<
  Run,
  'runCount' | 'expectedStartTime' | 'nextScheduledStartTime' | 'startTime' | 'endTime' | 'totalRunTimeSeconds'
>;

/** The values before the first state. */
export const NEW_RUN_RECORD: Readonly<RunRecord> = Object.freeze({
  runCount: 0,
  expectedStartTime: null,
  nextScheduledStartTime: null,
  startTime: null,
  endTime: null,
  totalRunTimeSeconds: 0,
});

/** The fields of a run that its creator does not choose, before its first state. */
export const blankRun = (now: Instant) =>
  ({
    created: now,
    updated: now,
    version: 1,
    stateId: '',
    stateType: 'PENDING',
    stateName: '',
    stateTimestamp: now,
    ...NEW_RUN_RECORD,
  }) satisfies Partial<Run>;
