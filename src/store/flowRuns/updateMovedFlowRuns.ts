import { beatsFlowRun } from '../../core/prefect1/prefect1Policy.ts';
import type { FlowRunChanges } from '../../core/runs/move.ts';
import type { Transaction } from '../connection/database.ts';
import { arrayValues } from '../query/writtenColumns.ts';
import { type MovedRun, movedColumns, moveStatement } from '../runs/movedColumns.ts';
import { FLOW_RUN_CHANGES } from './flowRunRows.ts';

export type MovedFlowRun = MovedRun<FlowRunChanges>;

const COLUMNS = movedColumns(FLOW_RUN_CHANGES, beatsFlowRun);
const MOVE = moveStatement('flow_run', 'flowRuns.move', COLUMNS);

/** Sends the rows of moved flow runs to be written. */
export function updateMovedFlowRuns(transaction: Transaction, moved: readonly MovedFlowRun[]): void {
  transaction.send(MOVE, arrayValues(COLUMNS, moved));
}
