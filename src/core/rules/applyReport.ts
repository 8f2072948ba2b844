import { readableToPrefect1 } from '../prefect1/serializedState.ts';
import { NEW_RUN_RECORD, type RunRecord } from '../runs/blankRun.ts';
import type { TaskRunChanges } from '../runs/move.ts';
import { storedData } from '../runs/result.ts';
import type { TaskRun } from '../runs/run.ts';
import type { PlainState, ProposedState } from '../runs/state.ts';
import { taskRunColumns } from './derivedColumns.ts';
import { inPrefect1Terms } from './inPrefect1Terms.ts';

interface Report {
  /** The run's record before the report; null for a new task run. */
  run: (RunRecord & Pick<TaskRun, 'flowRunRunCount'>) | null;
  initial: PlainState | null;
  /** The reported state, with the id and timestamp of the reporter. */
  state: ProposedState;
  /** Whether Prefect 1 clients know the run. Default false. */
  prefect1?: boolean;
}

interface Reported {
  /** The state as it is stored in the history. */
  state: ProposedState;
  /** Null if the run already has a later state: the report is then added to the history only. */
  changes: TaskRunChanges | null;
  outOfOrder: boolean;
}

/**
 * Accepts a state from an engine that orchestrates its own task runs. The state is a fact, so no rule applies. Of two
 * reports with equal timestamps, the one that arrives later counts as later.
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
