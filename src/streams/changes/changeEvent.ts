import type { LeanFlowRun } from '../../store/flowRuns/flowRuns.ts';
import type { ChangeKind } from './heldRuns.ts';
import type { StateTypeCounts } from './liveCounts.ts';

export interface FlowRunChange {
  kind: ChangeKind;
  flowRunId: string;
  /** The run as it was read with the change; null where it left. */
  run: LeanFlowRun | null;
}

/** Some changes of what matches a filter, and its counts; the SAME object for all subscribers in a process. */
export interface FlowRunChangesEvent {
  /** Resumes behind this event, for any filter. */
  readonly cursor: string;
  /** This is what matches now, the newest of it: the beginning of a subscription without a cursor. */
  readonly isSnapshot: boolean;
  /** May be empty, where an event brings only new counts or a newer cursor. */
  readonly changes: readonly FlowRunChange[];
  /** The newest that are known when they are asked for; null where no subscriber asked for counts yet. */
  readonly counts: StateTypeCounts | null;
}
