import type { Instant } from '../core/instant.ts';
import type { TaskRunMove } from '../core/move.ts';
import type { Labels, TaskRun } from '../core/run.ts';
import type { JsonObject, ProposedState, StateType } from '../core/state.ts';
import { type Queryable, statement } from './database.ts';
import { detailsFromJson } from './rows.ts';
import { movedArrays, timeText } from './runArrays.ts';

/** What a new task run must know of the flow run that encloses it. */
export interface EnclosingFlowRun {
  tenantId: string;
  labels: Labels;
  facts: NonNullable<TaskRunMove['flowRun']>;
}

const ENCLOSING = statement(
  'flowRuns.enclosing',
  `select id, tenant_id as "tenantId", labels, state_type as "stateType", state_details as "stateDetails",
     run_count as "runCount" from flow_run where id = any($1::uuid[])`,
);

export async function enclosingFlowRuns(
  transaction: Queryable,
  ids: readonly string[],
): Promise<Map<string, EnclosingFlowRun>> {
  const rows = await transaction.query<{
    id: string;
    tenantId: string;
    labels: Labels;
    stateType: StateType;
    stateDetails: JsonObject;
    runCount: number;
  }>(ENCLOSING, [ids]);
  return new Map(
    rows.map(({ id, tenantId, labels, stateType, stateDetails, runCount }) => [
      id,
      { tenantId, labels, facts: { id, stateType, details: detailsFromJson(stateDetails), runCount } },
    ]),
  );
}

const CLOCK = statement('clock', 'select clock_timestamp() as now');

/** The database's clock: the one that all server processes share. */
export async function readClock(transaction: Queryable): Promise<Instant> {
  const [row] = await transaction.query<{ now: Instant }>(CLOCK);
  if (!row) throw new Error('the database has no clock');
  return row.now;
}

/** The task of a registered flow that a task run runs, and which of its mapped runs it is. */
export interface RegisteredTask {
  id: string;
  mapIndex: number;
}

/** The map index of a task run that is none of many. */
export const NOT_MAPPED = -1;

const INSERT = statement(
  'taskRuns.insert',
  `insert into task_run (id, version, state_id, state_type, state_name, state_timestamp, state_message, state_details,
     run_count, expected_start_time, next_scheduled_start_time, start_time, end_time, total_run_time_seconds,
     prefect1_state, serialized_state, state_start_time, flow_run_run_count, tenant_id, flow_run_id, task_key, dynamic_key, name, task_version, cache_key, cache_expiration,
     policy, task_inputs, tags, labels, task_id, map_index)
   select * from unnest($1::uuid[], $2::int[], $3::uuid[], $4::state_type[], $5::text[], $6::timestamptz[], $7::text[],
     $8::jsonb[], $9::int[], $10::timestamptz[], $11::timestamptz[], $12::timestamptz[], $13::timestamptz[],
     $14::float8[], $15::text[], $16::jsonb[], $17::timestamptz[], $18::int[], $19::uuid[], $20::uuid[], $21::text[],
     $22::text[], $23::text[], $24::text[], $25::text[], $26::timestamptz[], $27::jsonb[], $28::jsonb[], $29::jsonb[],
     $30::jsonb[], $31::uuid[], $32::int[])
   on conflict do nothing
   returning tenant_id as "tenantId", flow_run_id as "flowRunId", task_key as "taskKey", dynamic_key as "dynamicKey"`,
);

/**
 * Inserts task runs that stand in their first state, and gives the keys of those that were new, as `keysText`. A task run
 * with the same keys stays as it is; where that is not why one is missing, its id belongs to another task run.
 */
export async function insertTaskRuns(
  transaction: Queryable,
  created: readonly { run: TaskRun; state: ProposedState; task?: RegisteredTask | null }[],
): Promise<Set<string>> {
  const runs = created.map(({ run }) => run);
  const moved = created.map(({ run, state }) => ({ id: run.id, version: run.version, changes: run, state }));
  const rows = await transaction.query<TaskRunKeys>(INSERT, [
    ...movedArrays(moved),
    runs.map((run) => run.flowRunRunCount),
    runs.map((run) => run.tenantId),
    runs.map((run) => run.flowRunId),
    runs.map((run) => run.taskKey),
    runs.map((run) => run.dynamicKey),
    runs.map((run) => run.name),
    runs.map((run) => run.taskVersion),
    runs.map((run) => run.cacheKey),
    runs.map((run) => timeText(run.cacheExpiration)),
    runs.map((run) => JSON.stringify(run.policy)),
    runs.map((run) => JSON.stringify(run.taskInputs)),
    runs.map((run) => JSON.stringify(run.tags)),
    runs.map((run) => JSON.stringify(run.labels)),
    created.map(({ task }) => task?.id ?? null),
    created.map(({ task }) => task?.mapIndex ?? NOT_MAPPED),
  ]);
  return new Set(rows.map(keysText));
}

/** What makes a task run the same task run. */
export interface TaskRunKeys {
  tenantId: string;
  flowRunId: string | null;
  taskKey: string;
  dynamicKey: string;
}

export const keysText = ({ tenantId, flowRunId, taskKey, dynamicKey }: TaskRunKeys) =>
  JSON.stringify([tenantId, flowRunId, taskKey, dynamicKey]);

const BY_KEYS = statement(
  'taskRuns.byKeys',
  `select r.id, r.tenant_id as "tenantId", r.flow_run_id as "flowRunId", r.task_key as "taskKey",
     r.dynamic_key as "dynamicKey"
   from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) as k(tenant_id, flow_run_id, task_key, dynamic_key)
   join task_run r on r.tenant_id = k.tenant_id and r.task_key = k.task_key and r.dynamic_key = k.dynamic_key
     and r.flow_run_id is not distinct from k.flow_run_id`,
);

/** The ids of the task runs with these keys, by `keysText`. */
export async function taskRunIdsByKeys(
  transaction: Queryable,
  keys: readonly TaskRunKeys[],
): Promise<Map<string, string>> {
  const rows = await transaction.query<TaskRunKeys & { id: string }>(BY_KEYS, [
    keys.map(({ tenantId }) => tenantId),
    keys.map(({ flowRunId }) => flowRunId),
    keys.map(({ taskKey }) => taskKey),
    keys.map(({ dynamicKey }) => dynamicKey),
  ]);
  return new Map(rows.map((row) => [keysText(row), row.id]));
}
