import type { FlowRun, Labels } from '../../core/runs/run.ts';
import type { FlowRunState, ProposedState } from '../../core/runs/state.ts';
import type { Instant } from '../../core/values/instant.ts';
import type { JsonObject } from '../../core/values/jsonObject.ts';
import { type Queryable, statement } from '../connection/database.ts';
import { JSONB, TIME, timeText, UUID } from '../query/columnTypes.ts';
import {
  arrayParameters,
  arrayValues,
  column,
  fieldColumns,
  namesOf,
  rowParameters,
  rowValues,
  type WrittenColumn,
} from '../query/writtenColumns.ts';
import { onTime } from '../runs/readClock.ts';
import { stateCopyColumns } from '../runs/runRows.ts';
import { FIRST_STATE } from '../runs/stateRows.ts';
import { FLOW_RUN } from './flowRunRows.ts';

/** A flow run in its first state. Its labels are its own; the statement adds the inherited ones. */
export interface BegunFlowRun {
  run: FlowRun;
  state: ProposedState;
  /** Only for a run that Prefect 1 clients know. */
  prefect1?: { scheduledStartTime: Instant; runConfig: JsonObject | null };
  /** The schedule that created the run, if one did. */
  deploymentScheduleId?: string;
}

/** What became of a begun flow run. */
export interface InsertedFlowRun {
  /** Whether its flow, deployment and parent task run exist; true if it names none. */
  flow: boolean;
  deployment: boolean;
  parentTaskRun: boolean;
  /** The run as it was written, and its state; null if a reference is missing, or its flow has a run with its idempotency key. */
  written: { flowRun: FlowRun; state: FlowRunState } | null;
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
/** With the part of the state that the run's row does not have. */
const BEGUN = [...COLUMNS, column('data', JSONB, ({ state }: BegunFlowRun) => state.data)];

/**
 * Checks what the runs refer to, and writes the runs and their first states, in one statement: it is all that the creation
 * of a run needs. A run takes the labels of its deployment, or of its flow if it has no deployment; its own labels win.
 * @param begun selects the columns of the runs
 */
const insert = (begun: string) => `with begun as materialized (
    select b.*, f.id is not null as has_flow, b.deployment_id is null or d.id is not null as has_deployment,
      b.parent_task_run_id is null or p.id is not null as has_parent, coalesce(d.labels, f.labels) as inherited,
      ${onTime(`$${BEGUN.length + 1}`)} as on_time
    from (${begun}) as b (${namesOf(BEGUN)})
    left join flow f on f.id = b.flow_id and f.tenant_id = b.tenant_id
    left join deployment d on d.id = b.deployment_id and d.tenant_id = b.tenant_id
    left join task_run p on p.id = b.parent_task_run_id and p.tenant_id = b.tenant_id
  ), run as (
    insert into flow_run (${namesOf(COLUMNS)})
    select ${COLUMNS.map(({ name }) => (name === 'labels' ? 'inherited || labels' : name)).join(', ')} from begun
    where has_flow and has_deployment and has_parent and on_time
    order by flow_id, idempotency_key
    on conflict (flow_id, idempotency_key) do nothing
    returning id, created, updated, labels
  ), state as (
    insert into flow_run_state (${FIRST_STATE.columns}, flow_run_id, version)
    select ${FIRST_STATE.values('b')}, b.id, b.version from begun b join run using (id)
  )
  select b.id, has_flow as "flow", has_deployment as "deployment", has_parent as "parentTaskRun",
    run.created, run.updated, run.labels, on_time as "onTime", clock_timestamp() as now
  from begun b left join run on run.id = b.id`;

// One row is inserted without arrays, which cost PostgreSQL a third more time for it.
const INSERT = statement('flowRuns.insert', insert(`select ${rowParameters(BEGUN, 1)}`));
const INSERT_MANY = statement('flowRuns.insertMany', insert(`select * from unnest(${arrayParameters(BEGUN, 1)})`));

type Row = { id: string; now: Instant; onTime: boolean } & Omit<InsertedFlowRun, 'written'> &
  ({ created: Instant; updated: Instant; labels: Labels } | { created: null });

/**
 * Inserts flow runs with their first states.
 * @param decidedAt the time for which the runs were begun; null if the transaction has read the clock
 * @returns the database's time, and what became of each run, in their order; null if `decidedAt` is not that time, and nothing
 * was written
 */
export async function insertFlowRuns(
  database: Queryable,
  begun: readonly BegunFlowRun[],
  decidedAt: Instant | null,
): Promise<{ now: Instant; inserted: InsertedFlowRun[] | null }> {
  const [first, ...others] = begun;
  if (!first) throw new Error('there is no flow run to insert');
  const rows =
    others.length === 0
      ? await database.query<Row>(INSERT, [...rowValues(BEGUN, first), timeText(decidedAt)])
      : await database.query<Row>(INSERT_MANY, [...arrayValues(BEGUN, begun), timeText(decidedAt)]);
  const byId = new Map(rows.map((row) => [row.id, row]));
  const rowOf = (id: string): Row => {
    const row = byId.get(id);
    if (!row) throw new Error(`the insert of flow run ${id} returned no row`);
    return row;
  };
  const { now, onTime: isOnTime } = rowOf(first.run.id);
  return { now, inserted: isOnTime ? begun.map((one) => insertedFrom(one, rowOf(one.run.id))) : null };
}

function insertedFrom({ run, state: { prefect1: _, ...state } }: BegunFlowRun, row: Row): InsertedFlowRun {
  const { flow, deployment, parentTaskRun } = row;
  if (row.created === null) return { flow, deployment, parentTaskRun, written: null };
  const { created, updated, labels } = row;
  const flowRun = { ...run, created, updated, labels };
  return {
    ...{ flow, deployment, parentTaskRun },
    written: { flowRun, state: { ...state, flowRunId: run.id, version: run.version } },
  };
}
