import type { TaskRunMove } from '../../core/runs/move.ts';
import type { FlowRun } from '../../core/runs/run.ts';
import type { JsonObject } from '../../core/values/jsonObject.ts';
import { type Queryable, statement } from '../connection/database.ts';
import { FLOW_RUN } from '../flowRuns/flowRunRows.ts';
import { pick } from '../query/columnTypes.ts';
import { selectList } from '../query/selectList.ts';
import { STATE_COPY } from '../runs/runRows.ts';
import { detailsFromJson } from '../runs/stateRows.ts';

/** What a new task run needs from its flow run. */
export interface EnclosingFlowRun extends Pick<FlowRun, 'tenantId' | 'labels' | 'stateId'> {
  facts: NonNullable<TaskRunMove['flowRun']>;
}

const FIELDS = ['id', 'tenantId', 'labels', 'stateId', 'stateType', 'runCount'] as const;

export type EnclosingRow = Pick<FlowRun, (typeof FIELDS)[number]> & { stateDetails: JsonObject };

const COLUMNS = selectList({ ...pick(FLOW_RUN, FIELDS), ...pick(STATE_COPY, ['stateDetails']) });
const ENCLOSING = statement(
  'flowRuns.enclosing',
  `select ${COLUMNS('r')} from flow_run r where r.id = any($1::uuid[])`,
);

export const enclosingFlowRun = (row: EnclosingRow): EnclosingFlowRun => {
  const { id, tenantId, labels, stateId, stateType, stateDetails, runCount } = row;
  return { tenantId, labels, stateId, facts: { id, stateType, details: detailsFromJson(stateDetails), runCount } };
};

/** The flow runs with these ids, by id. */
export async function enclosingFlowRuns(
  transaction: Queryable,
  ids: readonly string[],
): Promise<Map<string, EnclosingFlowRun>> {
  const rows = await transaction.query<EnclosingRow>(ENCLOSING, [ids]);
  return new Map(rows.map((row) => [row.id, enclosingFlowRun(row)]));
}
