import { readableToPrefect1 } from '../prefect1/serializedState.ts';
import type { TaskRunChanges } from '../runs/move.ts';
import { storedData } from '../runs/result.ts';
import type { TaskRun } from '../runs/run.ts';
import type { PlainState, ProposedState } from '../runs/state.ts';
import { NEW_RUN_RECORD, type RunRecord, taskRunColumns } from './derivedColumns.ts';
import { inPrefect1Terms } from './prefect1Times.ts';

interface Report {
  /** The run's record before; null for a task run that is not known yet. */
  run: (RunRecord & Pick<TaskRun, 'flowRunRunCount'>) | null;
  initial: PlainState | null;
  /** The state as its reporter saw it, with the reporter's own id and timestamp. */
  state: ProposedState;
  /** Whether Prefect 1 clients know the run. Default false. */
  prefect1?: boolean;
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
export function applyReport({ run, initial, state: reported, prefect1 = false }: Report): Reported {
  const state = readableToPrefect1(prefect1, { ...reported, data: storedData(reported) });
  const outOfOrder = initial !== null && state.timestamp < initial.timestamp;
  const record = run ?? { ...NEW_RUN_RECORD, flowRunRunCount: 0 };
  return {
    state,
    changes: outOfOrder ? null : inPrefect1Terms(record, state, taskRunColumns(record, initial, state)),
    outOfOrder,
  };
}
