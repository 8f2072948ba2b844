import { currentState } from '../../core/runs/move.ts';
import type { Labels, TaskRun } from '../../core/runs/run.ts';
import type { TaskRunState } from '../../core/runs/state.ts';
import type { Instant } from '../../core/values/instant.ts';
import { type Queryable, statement } from '../connection/database.ts';
import type { KeyedRequest } from '../connection/idempotencyKeys.ts';
import { JSONB, TEXT, timeText } from '../query/columnTypes.ts';
import { arrayParameters, arrayValues, column, namesOf, rowParameters, rowValues } from '../query/writtenColumns.ts';
import { onTime } from '../runs/readClock.ts';
import { takenNumbers } from '../runs/runCounters.ts';
import { FIRST_STATE } from '../runs/stateRows.ts';
import { BEGUN_COLUMNS, type BegunTaskRun } from './insertTaskRuns.ts';
import { type FlowRunOfTask, flowRunOfTask } from './lockTaskRuns.ts';
import type { SeenTaskRun } from './taskRunAlone.ts';

/** A task run in its first state, and the request to create it, which is stored with its answer. */
export interface RequestedTaskRun extends BegunTaskRun {
  request: KeyedRequest | null;
}

/** A task run as it was written, and its first state. */
export interface WrittenTaskRun {
  taskRun: TaskRun;
  state: TaskRunState;
  /** The run as its next move needs it; only of a run that was created alone. */
  seen?: SeenTaskRun;
}

const REQUESTED = [
  ...BEGUN_COLUMNS,
  // The part of the state that the run's row does not have.
  column('data', JSONB, ({ state }: RequestedTaskRun) => state.data),
  column('operation', TEXT, ({ request }: RequestedTaskRun) => request?.operation ?? null),
  column('idempotency_key', TEXT, ({ request }: RequestedTaskRun) => request?.key ?? null),
  column('request_hash', TEXT, ({ request }: RequestedTaskRun) => request?.requestHash ?? null),
];
const TAKERS = `select flow_run_id, count(*) from run where flow_run_id is not null
       group by flow_run_id order by flow_run_id`;
const [FLOW_RUNS, DECIDED_AT] = [1, 2].map((place) => `$${REQUESTED.length + place}`) as [string, string]; // two places

/**
 * Writes task runs, their first states with the next positions among the states of their flow runs, and the answers to the
 * requests with idempotency keys, in one statement: it is all that the creation of most task runs needs. A run takes the
 * labels of its flow run; its own labels win. Runs whose flow run does not exist, whose keys or whose id exist are left out.
 * The flow runs are locked against deletion before their counters are locked: all locks are taken in this order.
 * @param requested selects the columns of the runs
 */
const create = (requested: string, more = '') => `with flow as materialized (
    select id, tenant_id, labels, state_id, state_type, state_details, run_count from flow_run f
    where f.id = any(${FLOW_RUNS}::uuid[]) order by f.id for key share
  ), begun as materialized (
    select b.*, coalesce(flow.labels, '{}') as inherited, ${onTime(DECIDED_AT)} as on_time,
      b.flow_run_id is null or flow.id is not null as has_flow_run
    from (${requested}) as b (${namesOf(REQUESTED)})
    left join flow on flow.id = b.flow_run_id and flow.tenant_id = b.tenant_id
  ), run as (
    insert into task_run as r (${namesOf(BEGUN_COLUMNS)})
    select ${BEGUN_COLUMNS.map(({ name }) => (name === 'labels' ? 'inherited || labels' : name)).join(', ')} from begun
    where on_time and has_flow_run
    order by tenant_id, flow_run_id, task_key, dynamic_key
    on conflict do nothing
    returning r.id, r.flow_run_id, r.created, r.updated, r.labels, r.xmin::text as row_version
  ), ${takenNumbers('task_run_states', TAKERS)}, state as (
    insert into task_run_state (${FIRST_STATE.columns}, task_run_id, flow_run_id, version, out_of_order, position)
    select ${FIRST_STATE.values('b')}, b.id, b.flow_run_id, b.version, false, taken.last - numbered.behind
    from (
      select id, row_number() over (partition by flow_run_id order by id desc) - 1 as behind from run
    ) as numbered
    join begun b using (id) left join taken on taken.run_id = b.flow_run_id
    returning task_run_id, position
  ), book as (
    insert into idempotency_key (tenant_id, operation, key, request_hash, answer)
    select tenant_id, operation, idempotency_key, request_hash, jsonb_build_object('taskRunId', id, 'created', true)
    from begun b join run using (id) where idempotency_key is not null order by tenant_id, operation, idempotency_key
  )
  select b.id, on_time as "onTime", clock_timestamp() as now, run.created, run.updated, run.labels, state.position
    ${more}
  from begun b left join run on run.id = b.id left join state on state.task_run_id = b.id
  left join flow on flow.id = b.flow_run_id`;

const CREATE_MANY = statement('taskRuns.createMany', create(`select * from unnest(${arrayParameters(REQUESTED, 1)})`));
/** One row without arrays, and with what the next move of the run needs. */
const CREATE_ONE = statement(
  'taskRuns.createOne',
  create(
    `select ${rowParameters(REQUESTED, 1)}`,
    `, run.row_version as "rowVersion", flow.id as "flowRunId", flow.state_id as "flowRunStateId",
     flow.state_type as "flowStateType", flow.state_details as "flowStateDetails", flow.run_count as "flowRunCount"`,
  ),
);

interface Row {
  id: string;
  now: Instant;
  onTime: boolean;
  /** Null if the run was left out, as are the fields below. */
  created: Instant | null;
  updated: Instant;
  labels: Labels;
  position: number | null;
}

interface RowAlone extends Row, FlowRunOfTask {
  rowVersion: string;
  flowRunStateId: string | null;
}

/** What became of task runs: null for each that was left out. All were, if the time was wrong. */
interface Creation {
  /** The database's time. */
  now: Instant;
  isOnTime: boolean;
  created: (WrittenTaskRun | null)[];
}

/**
 * Creates one task run. It is returned as its next move needs it, too.
 * @param decidedAt the time for which the run was begun, which must be the database's time
 */
export async function createOneTaskRun(
  database: Queryable,
  requested: RequestedTaskRun,
  decidedAt: Instant,
): Promise<Creation> {
  const { run, state } = requested;
  const values = [...rowValues(REQUESTED, requested), run.flowRunId === null ? [] : [run.flowRunId]];
  const [row] = await database.query<RowAlone>(CREATE_ONE, [...values, timeText(decidedAt)]);
  if (!row) throw new Error('a row of constants gave no row');
  const { now, onTime: isOnTime, rowVersion, flowRunStateId } = row;
  const created = createdFrom(requested, row);
  if (!created) return { now, isOnTime, created: [null] };
  const hasTags = run.tags.length > 0;
  const seen: SeenTaskRun = {
    run: created.taskRun,
    ...currentState(state, run.version),
    flowRun: flowRunOfTask(row),
    ...{ flowRunStateId, limited: null, hasTags, isLimited: hasTags, now, rowVersion },
  };
  return { now, isOnTime, created: [{ ...created, seen }] };
}

/** The same for many task runs, whose ids differ. */
export async function createTaskRuns(
  database: Queryable,
  requested: readonly RequestedTaskRun[],
  decidedAt: Instant,
): Promise<Creation> {
  const flowRunIds = [...new Set(requested.flatMap(({ run }) => run.flowRunId ?? []))];
  const values = [...arrayValues(REQUESTED, requested), flowRunIds, timeText(decidedAt)];
  const rows = await database.query<Row>(CREATE_MANY, values);
  const [first] = rows;
  if (!first) throw new Error('there is no task run to create');
  const byId = new Map(rows.map((row) => [row.id, row]));
  const created = requested.map((one) => {
    const row = byId.get(one.run.id);
    return row ? createdFrom(one, row) : null;
  });
  return { now: first.now, isOnTime: first.onTime, created };
}

function createdFrom({ run, state: { prefect1: _, ...state } }: BegunTaskRun, row: Row): WrittenTaskRun | null {
  const { created, updated, labels, position } = row;
  if (created === null) return null;
  const { id: taskRunId, flowRunId, version } = run;
  return {
    taskRun: { ...run, created, updated, labels },
    state: { ...state, taskRunId, flowRunId, version, outOfOrder: false, position },
  };
}
