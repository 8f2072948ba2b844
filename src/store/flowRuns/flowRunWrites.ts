import { beatsFlowRun } from '../../core/prefect1/prefect1Policy.ts';
import type { FlowRunChanges, FlowRunFacts } from '../../core/runs/move.ts';
import type { FlowRun } from '../../core/runs/run.ts';
import type { FlowRunState, ProposedState, SerializedState, State } from '../../core/runs/state.ts';
import type { Instant } from '../../core/values/instant.ts';
import type { JsonObject } from '../../core/values/jsonObject.ts';
import { type Queryable, statement, type Transaction } from '../connection/database.ts';
import { flowRunFactColumns, flowRunFromRow, type LockedRow, prefect1Columns } from '../query/rows.ts';
import { FLOW_RUNS_LIMITED, type FlowRunLimited, type FlowRunSecondRow, flowRunLimited } from '../runs/limitedRuns.ts';
import {
  heartbeatArray,
  lockRuns,
  type MovedRun,
  movedArrays,
  moveStatement,
  STATE_ARRAYS,
  STATE_COLUMNS,
  stateArrays,
  timeText,
} from '../runs/runArrays.ts';

export interface LockedFlowRun {
  run: FlowRunFacts;
  /** The run's current state. Its data is read only where a rule asks for it: of completed runs. */
  initial: State;
  /** The current state in Prefect 1's words; null where no Prefect 1 client knows the run. */
  prefect1: SerializedState | null;
  /** What the run has to do with limits; null where its deployment has none. */
  limited: FlowRunLimited | null;
  now: Instant;
}

// One order of locks everywhere (by id), so that two flushes never wait for each other in a circle. "no key update" lets
// task runs and states that refer to the run be inserted meanwhile.
const LOCK = {
  lock: statement(
    'flowRuns.lock',
    `select ${flowRunFactColumns('r')}, r.state_message as "stateMessage", r.state_details as "stateDetails",
       ${prefect1Columns('r')}, clock_timestamp() as now
     from flow_run r where r.id = any($1::uuid[]) order by r.id for no key update`,
  ),
  second: FLOW_RUNS_LIMITED,
};

/** Locks runs in the order of their ids until the transaction ends. Runs that do not exist are not in the map. */
export async function lockFlowRuns(
  transaction: Queryable,
  ids: readonly string[],
): Promise<Map<string, LockedFlowRun>> {
  const locked = await lockRuns<LockedRow<FlowRunFacts>, FlowRunSecondRow>(transaction, LOCK, ids);
  return new Map(
    locked.map(({ row, initial, prefect1, second }) => [
      row.id,
      { run: flowRunFromRow(row), initial, prefect1, limited: flowRunLimited(second), now: row.now },
    ]),
  );
}

export interface WrittenFlowRunState {
  flowRunId: string;
  version: number;
  state: ProposedState;
}

const INSERT_STATES = statement(
  'flowRunStates.insert',
  `insert into flow_run_state (${STATE_COLUMNS}, flow_run_id, version)
   select * from unnest(${STATE_ARRAYS}, $11::uuid[], $12::int[])`,
);

/** Sends states to be written, and gives them back by id as they then stand in their history. */
export function insertFlowRunStates(
  transaction: Transaction,
  written: readonly WrittenFlowRunState[],
): Map<string, FlowRunState> {
  transaction.send(INSERT_STATES, [
    ...stateArrays(written.map(({ state }) => state)),
    written.map(({ flowRunId }) => flowRunId),
    written.map(({ version }) => version),
  ]);
  return new Map(
    written.map(({ state: { prefect1: _, ...state }, flowRunId, version }) => [
      state.id,
      { ...state, flowRunId, version },
    ]),
  );
}

export type MovedFlowRun = MovedRun<FlowRunChanges>;
const MOVE = moveStatement('flow_run', 'flowRuns.move', ['policy', 'jsonb']);

export function updateMovedFlowRuns(transaction: Transaction, moved: readonly MovedFlowRun[]): void {
  transaction.send(MOVE, [
    ...movedArrays(moved),
    moved.map(({ changes }) => JSON.stringify(changes.policy)),
    heartbeatArray(moved, beatsFlowRun),
  ]);
}

/** What a run has that a Prefect 1 client or its schedule made. */
export interface Prefect1FlowRun {
  scheduledStartTime: Instant;
  runConfig: JsonObject | null;
}

const INSERT = statement(
  'flowRuns.insert',
  `insert into flow_run (id, tenant_id, flow_id, deployment_id, parent_task_run_id, name, flow_version, parameters,
     context, policy, tags, labels, job_variables, idempotency_key, version, state_id, state_type, state_name,
     state_timestamp, state_message, state_details, run_count, expected_start_time, next_scheduled_start_time,
     start_time, end_time, total_run_time_seconds, prefect1_state, serialized_state, state_start_time,
     scheduled_start_time, auto_scheduled, run_config, work_queue_id)
   values ($1, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,
     $12, $13, $14, $15, $16, $17, $31, $32, $33, $34)
   on conflict (flow_id, idempotency_key) do nothing returning id`,
);

/** Inserts a run that stands in its first state; false where its flow has a run with this idempotency key already. */
export async function insertFlowRun(
  transaction: Queryable,
  run: FlowRun,
  state: ProposedState,
  prefect1: Prefect1FlowRun | null = null,
): Promise<boolean> {
  const moved: MovedFlowRun = { id: run.id, version: 1, changes: run, state };
  const rows = await transaction.query(INSERT, [
    ...movedArrays([moved]).map(([value]) => value),
    run.tenantId,
    run.flowId,
    run.deploymentId,
    run.parentTaskRunId,
    run.name,
    run.flowVersion,
    ...[run.parameters, run.context, run.policy, run.tags, run.labels, run.jobVariables].map((json) =>
      JSON.stringify(json),
    ),
    run.idempotencyKey,
    timeText(prefect1?.scheduledStartTime ?? null),
    run.autoScheduled,
    prefect1?.runConfig ? JSON.stringify(prefect1.runConfig) : null,
    run.workQueueId,
  ]);
  return rows.length > 0;
}

// A run that is being deleted waits for its inputs, and moves of the run wait for nothing.
const LOCK_FOR_INPUT = statement(
  'flowRuns.lockForInput',
  'select id from flow_run where id = $1 and tenant_id = $2 for key share',
);

/** Whether there is such a run; it cannot be deleted until the transaction ends. */
export async function lockFlowRunForInput(transaction: Queryable, tenantId: string, id: string): Promise<boolean> {
  return (await transaction.query(LOCK_FOR_INPUT, [id, tenantId])).length > 0;
}

/** Columns that change; what is not there stays. */
export type FlowRunUpdate = Partial<
  Pick<FlowRun, 'name' | 'flowVersion' | 'infrastructurePid' | 'parameters' | 'tags' | 'jobVariables' | 'policy'>
>;

const UPDATE_COLUMNS = statement(
  'flowRuns.update',
  `update flow_run set updated = now(), name = coalesce($3, name),
     flow_version = case when 'flowVersion' = any($2::text[]) then $4 else flow_version end,
     infrastructure_pid = case when 'infrastructurePid' = any($2::text[]) then $5 else infrastructure_pid end,
     parameters = coalesce($6::jsonb, parameters), tags = coalesce($7::jsonb, tags),
     job_variables = coalesce($8::jsonb, job_variables), policy = coalesce($9::jsonb, policy)
   where id = $1`,
);

export async function updateFlowRunColumns(transaction: Queryable, id: string, update: FlowRunUpdate): Promise<void> {
  const { name, flowVersion, infrastructurePid, parameters, tags, jobVariables, policy } = update;
  await transaction.query(UPDATE_COLUMNS, [
    id,
    Object.keys(update),
    name ?? null,
    flowVersion ?? null,
    infrastructurePid ?? null,
    ...[parameters, tags, jobVariables, policy].map((json) => (json === undefined ? null : JSON.stringify(json))),
  ]);
}
