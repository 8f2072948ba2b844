import type { RunRecord } from '../runs/blankRun.ts';
import type { FlowRunChanges, FlowRunFacts, RunChanges, TaskRunChanges } from '../runs/move.ts';
import type { TaskRun } from '../runs/run.ts';
import { isFinal, type PlainState } from '../runs/state.ts';
import { secondsBetween } from '../values/instant.ts';

/**
 * Computes the columns of a run after a state is written.
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
    // Set once: a retry or a new scheduled time does not change it.
    expectedStartTime: run.expectedStartTime ?? scheduledTime ?? state.timestamp,
    nextScheduledStartTime: scheduledTime,
    // For a run that ends without having run, the start is the end.
    startTime: run.startTime ?? (state.type === 'RUNNING' || ends ? state.timestamp : null),
    // Another final state does not change the end; a state that is not final clears it.
    endTime: ends ? (run.endTime ?? state.timestamp) : null,
    totalRunTimeSeconds:
      run.totalRunTimeSeconds + (initial?.type === 'RUNNING' ? secondsBetween(initial.timestamp, state.timestamp) : 0),
  };
}

/** The RUNNING state after a pause is not counted as another run. It clears `resuming`, and so does a final state. */
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
