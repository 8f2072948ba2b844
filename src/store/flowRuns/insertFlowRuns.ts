import type { FlowRun } from '../../core/runs/run.ts';
import type { ProposedState } from '../../core/runs/state.ts';
import type { Instant } from '../../core/values/instant.ts';
import type { JsonObject } from '../../core/values/jsonObject.ts';
import { type Queryable, statement } from '../connection/database.ts';
import { JSONB, TIME, UUID } from '../query/columnTypes.ts';
import {
  arrayValues,
  column,
  fieldColumns,
  insertMany,
  insertOne,
  rowValues,
  type WrittenColumn,
} from '../query/writtenColumns.ts';
import { stateCopyColumns } from '../runs/runRows.ts';
import { FLOW_RUN } from './flowRunRows.ts';

/** A flow run in its first state. */
export interface BegunFlowRun {
  run: FlowRun;
  state: ProposedState;
  /** Only for a run that Prefect 1 clients know. */
  prefect1?: { scheduledStartTime: Instant; runConfig: JsonObject | null };
  /** The schedule that created the run, if one did. */
  deploymentScheduleId?: string;
}

// The database sets these.
const { created: _, updated: __, ...GIVEN } = FLOW_RUN;

const COLUMNS: readonly WrittenColumn<BegunFlowRun>[] = [
  ...fieldColumns(GIVEN, ({ run }: BegunFlowRun) => run),
  ...stateCopyColumns(({ state }: BegunFlowRun) => state),
  column('scheduled_start_time', TIME, ({ prefect1 }) => prefect1?.scheduledStartTime ?? null),
  column('run_config', JSONB, ({ prefect1 }) => prefect1?.runConfig),
  column('deployment_schedule_id', UUID, ({ deploymentScheduleId }) => deploymentScheduleId ?? null),
];

const UNLESS_KNOWN = 'on conflict (flow_id, idempotency_key) do nothing returning id';
// One row is inserted without arrays: with arrays PostgreSQL takes a third more time for it (160 and 217 us).
const INSERT = statement('flowRuns.insert', `${insertOne('flow_run', COLUMNS)} ${UNLESS_KNOWN}`);
const INSERT_MANY = statement('flowRuns.insertMany', `${insertMany('flow_run', COLUMNS)} ${UNLESS_KNOWN}`);

/** Inserts flow runs and returns the ids of the new ones. A run whose flow has its idempotency key already is left out. */
export async function insertFlowRuns(transaction: Queryable, begun: readonly BegunFlowRun[]): Promise<Set<string>> {
  const [first, ...others] = begun;
  const rows =
    first && others.length === 0
      ? await transaction.query<{ id: string }>(INSERT, rowValues(COLUMNS, first))
      : await transaction.query<{ id: string }>(INSERT_MANY, arrayValues(COLUMNS, begun));
  return new Set(rows.map(({ id }) => id));
}
