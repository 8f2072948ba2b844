import type { FlowRunChanges, FlowRunFacts, RunChanges, TaskRunChanges } from '../runs/move.ts';
import type { Run, TaskRun } from '../runs/run.ts';
import { isFinal, type PlainState } from '../runs/state.ts';
import { secondsBetween } from '../values/instant.ts';

/** What a run has gathered over its states. */
export type RunRecord = Pick<
  Run,
  'runCount' | 'expectedStartTime' | 'nextScheduledStartTime' | 'startTime' | 'endTime' | 'totalRunTimeSeconds'
>;

/** The record of a run before its first state. */
export const NEW_RUN_RECORD: Readonly<RunRecord> = Object.freeze({
  runCount: 0,
  expectedStartTime: null,
  nextScheduledStartTime: null,
  startTime: null,
  endTime: null,
  totalRunTimeSeconds: 0,
});

/**
 * The columns of a run once a state is written.
 * Source: Prefect 3, server/orchestration/global_policy.py.
 */
function runColumns(run: RunRecord, initial: PlainState | null, state: PlainState, anotherRun: boolean): RunChanges {
  const ends = isFinal(state.type);
  const scheduledTime = state.type === 'SCHEDULED' ? state.details.scheduledTime : null;
  return {
    stateId: state.id,
    stateType: state.type,
    stateName: state.name,
    stateTimestamp: state.timestamp,
    runCount: run.runCount + (state.type === 'RUNNING' && anotherRun ? 1 : 0),
    // Set once: a retry or a new schedule does not move what was expected at first.
    expectedStartTime: run.expectedStartTime ?? scheduledTime ?? state.timestamp,
    nextScheduledStartTime: scheduledTime,
    // A run that ends without having run began when it ended.
    startTime: run.startTime ?? (state.type === 'RUNNING' || ends ? state.timestamp : null),
    // From one final state to another the first end stands; a run that goes on has none.
    endTime: ends ? (run.endTime ?? state.timestamp) : null,
    totalRunTimeSeconds:
      run.totalRunTimeSeconds + (initial?.type === 'RUNNING' ? secondsBetween(initial.timestamp, state.timestamp) : 0),
  };
}

/** Leaving a pause is one run going on: the RUNNING that follows is not counted, and clears the mark, as an end does. */
export function flowRunColumns(
  run: RunRecord & Pick<FlowRunFacts, 'policy'>,
  initial: PlainState | null,
  state: PlainState,
): FlowRunChanges {
  const { policy } = run;
  const clears = policy.resuming && (state.type === 'RUNNING' || isFinal(state.type));
  return {
    ...runColumns(run, initial, state, !policy.resuming),
    policy: clears ? { ...policy, resuming: false } : policy,
  };
}

export const taskRunColumns = (
  run: RunRecord & Pick<TaskRun, 'flowRunRunCount'>,
  initial: PlainState | null,
  state: PlainState,
): TaskRunChanges => ({ ...runColumns(run, initial, state, true), flowRunRunCount: run.flowRunRunCount });
