import type { FlowRunChanges } from '../../core/runs/move.ts';
import { type FlowRun, type FlowRunPolicy, NO_FLOW_RUN_POLICY } from '../../core/runs/run.ts';
import { BOOLEAN, type ColumnTypes, JSONB, TEXT, UUID } from '../query/columnTypes.ts';
import { selectList } from '../query/selectList.ts';
import { RUN, RUN_CHANGES } from '../runs/runRows.ts';

/** What a move changes. */
export const FLOW_RUN_CHANGES: ColumnTypes<FlowRunChanges> = { ...RUN_CHANGES, policy: JSONB };

export const FLOW_RUN: ColumnTypes<FlowRun> = {
  ...RUN,
  ...FLOW_RUN_CHANGES,
  flowId: UUID,
  deploymentId: UUID,
  parentTaskRunId: UUID,
  flowVersion: TEXT,
  parameters: JSONB,
  context: JSONB,
  jobVariables: JSONB,
  idempotencyKey: TEXT,
  infrastructurePid: TEXT,
  workQueueId: UUID,
  autoScheduled: BOOLEAN,
};

export const flowRunColumns = selectList(FLOW_RUN);

/** A flow run as its row holds it: the policy has only the fields that were set. */
export type FlowRunRow = Omit<FlowRun, 'policy'> & { policy: Partial<FlowRunPolicy> };

export const flowRunFromRow = <Row extends Pick<FlowRunRow, 'policy'>>(row: Row) => ({
  ...row,
  policy: { ...NO_FLOW_RUN_POLICY, ...row.policy },
});
