import type { TaskRunChanges } from '../../core/runs/move.ts';
import { NO_TASK_RUN_POLICY, type TaskRun, type TaskRunPolicy } from '../../core/runs/run.ts';
import { type ColumnTypes, INTEGER, JSONB, TEXT, TIME, UUID } from '../query/columnTypes.ts';
import { selectList } from '../query/selectList.ts';
import { RUN, RUN_CHANGES } from '../runs/runRows.ts';

/** What a move changes. */
export const TASK_RUN_CHANGES: ColumnTypes<TaskRunChanges> = { ...RUN_CHANGES, flowRunRunCount: INTEGER };

export const TASK_RUN: ColumnTypes<TaskRun> = {
  ...RUN,
  ...TASK_RUN_CHANGES,
  flowRunId: UUID,
  taskKey: TEXT,
  dynamicKey: TEXT,
  taskVersion: TEXT,
  cacheKey: TEXT,
  cacheExpiration: TIME,
  policy: JSONB,
  taskInputs: JSONB,
};

export const taskRunColumns = selectList(TASK_RUN);

/** A task run as its row holds it: the policy has only the fields that were set. */
export type TaskRunRow = Omit<TaskRun, 'policy'> & { policy: Partial<TaskRunPolicy> };

export const taskRunFromRow = <Row extends Pick<TaskRunRow, 'policy'>>(row: Row) => ({
  ...row,
  policy: { ...NO_TASK_RUN_POLICY, ...row.policy },
});
