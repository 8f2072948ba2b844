import { NEW_RUN_RECORD, type RunRecord, taskRunColumns } from './derivedColumns.ts';
import type { TaskRunChanges } from './move.ts';
import { storedData } from './result.ts';
import type { TaskRun } from './run.ts';
import type { ProposedState } from './state.ts';

interface Report {
  /** The run's record before; null for a task run that is not known yet. */
  run: (RunRecord & Pick<TaskRun, 'flowRunRunCount'>) | null;
  initial: ProposedState | null;
  /** The state as its reporter saw it, with the reporter's own id and timestamp. */
  state: ProposedState;
}

interface Reported {
  /** The state as the history takes it. */
  state: ProposedState;
  /** Null where the run has been seen in a later state: then only its history grows. */
  changes: TaskRunChanges | null;
  outOfOrder: boolean;
}

/**
 * Takes a state from an engine that orchestrates its task runs itself: it has happened, so no rule is asked. Of two
 * reports with the same time the one that arrives later counts as the later.
 * Source: Prefect 3, server/services/task_run_recorder.py.
 */
export function reportTaskRunState({ run, initial, state: reported }: Report): Reported {
  const state = { ...reported, data: storedData(reported) };
  const outOfOrder = initial !== null && state.timestamp < initial.timestamp;
  const record = run ?? { ...NEW_RUN_RECORD, flowRunRunCount: 0 };
  return { state, changes: outOfOrder ? null : taskRunColumns(record, initial, state), outOfOrder };
}
