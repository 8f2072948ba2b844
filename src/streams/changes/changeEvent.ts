import type { LeanFlowRun } from '../../store/flowRuns/flowRuns.ts';
import type { ChangeKind } from './heldRuns.ts';
import type { StateTypeCounts } from './liveCounts.ts';

export interface FlowRunChange {
  kind: ChangeKind;
  flowRunId: string;
  /** The run, read together with the change; null for LEFT. */
  run: LeanFlowRun | null;
}

/** Changes of the runs that match a filter, and counts. All its subscribers in a process share the same object. */
export interface FlowRunChangesEvent {
  /** Resumes after this event, with any filter. */
  readonly cursor: string;
  /** Whether this is a snapshot of the newest matching runs, which starts a subscription without a cursor. */
  readonly isSnapshot: boolean;
  /** Empty if the event has only new counts or a newer cursor. */
  readonly changes: readonly FlowRunChange[];
  /** The newest counts at the time of the access; null if no subscriber has requested counts yet. */
  readonly counts: StateTypeCounts | null;
}
