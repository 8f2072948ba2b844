import { beatsTaskRun } from '../../core/prefect1/prefect1Policy.ts';
import type { TaskRunChanges } from '../../core/runs/move.ts';
import type { Transaction } from '../connection/database.ts';
import { arrayValues } from '../query/writtenColumns.ts';
import { type MovedRun, movedColumns, moveStatement } from '../runs/movedColumns.ts';
import { TASK_RUN_CHANGES } from './taskRunRows.ts';

export type MovedTaskRun = MovedRun<TaskRunChanges>;

export const MOVED_COLUMNS = movedColumns(TASK_RUN_CHANGES, beatsTaskRun);
const MOVE = moveStatement('task_run', 'taskRuns.move', MOVED_COLUMNS);

/** Sends the rows of moved task runs to be written. */
export function updateMovedTaskRuns(transaction: Transaction, moved: readonly MovedTaskRun[]): void {
  transaction.send(MOVE, arrayValues(MOVED_COLUMNS, moved));
}
