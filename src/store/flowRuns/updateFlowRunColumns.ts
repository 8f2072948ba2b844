import type { FlowRun } from '../../core/runs/run.ts';
import { type Queryable, statement } from '../connection/database.ts';
import { pick } from '../query/columnTypes.ts';
import { snake } from '../query/selectList.ts';
import { fieldColumns, rowValues } from '../query/writtenColumns.ts';
import { FLOW_RUN } from './flowRunRows.ts';

const FIELDS = ['name', 'flowVersion', 'infrastructurePid', 'parameters', 'tags', 'jobVariables', 'policy'] as const;
type Updated = Pick<FlowRun, (typeof FIELDS)[number]>;

/** The fields to change. Missing fields stay unchanged. */
export type FlowRunUpdate = Partial<Updated>;

const COLUMNS = fieldColumns(pick(FLOW_RUN, FIELDS), (update: Updated) => update);
const ASSIGNMENTS = COLUMNS.map(
  ({ name, type }, index) =>
    `${name} = case when '${name}' = any($2::text[]) then $${index + 3}::${type} else ${name} end`,
);
const UPDATE = statement(
  'flowRuns.update',
  `update flow_run set updated = now(), ${ASSIGNMENTS.join(', ')} where id = $1`,
);

export async function updateFlowRunColumns(transaction: Queryable, id: string, update: FlowRunUpdate): Promise<void> {
  const changed = Object.keys(update).map(snake);
  // The cast: a missing field has a null parameter, which the statement does not use.
  await transaction.query(UPDATE, [id, changed, ...rowValues(COLUMNS, update as Updated)]);
}
