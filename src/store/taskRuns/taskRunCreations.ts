import type { TaskRunMove } from '../../core/runs/move.ts';
import type { Labels, TaskRun } from '../../core/runs/run.ts';
import type { ProposedState, StateType } from '../../core/runs/state.ts';
import type { Instant } from '../../core/values/instant.ts';
import type { JsonObject } from '../../core/values/jsonObject.ts';
import { type Queryable, statement, type Transaction } from '../connection/database.ts';
import { detailsFromJson } from '../query/rows.ts';
import { arraysOf, MOVED, movedArrays, namesOf, timeText, valuesOf } from '../runs/runArrays.ts';

/** What a new task run must know of the flow run that encloses it. */
export interface EnclosingFlowRun {
  tenantId: string;
  labels: Labels;
  facts: NonNullable<TaskRunMove['flowRun']>;
  stateId: string;
}

const ENCLOSING = statement(
  'flowRuns.enclosing',
  `select id, tenant_id as "tenantId", labels, state_type as "stateType", state_details as "stateDetails",
     run_count as "runCount", state_id as "stateId" from flow_run where id = any($1::uuid[])`,
);

/** An enclosing flow run as it is read. */
export interface EnclosingRow {
  id: string;
  tenantId: string;
  labels: Labels;
  stateType: StateType;
  stateDetails: JsonObject;
  runCount: number;
  stateId: string;
}

export const enclosingFlowRun = (row: EnclosingRow): EnclosingFlowRun => {
  const { id, tenantId, labels, stateType, stateDetails, runCount, stateId } = row;
  const facts = { id, stateType, details: detailsFromJson(stateDetails), runCount };
  return { tenantId, labels, facts, stateId };
};

export async function enclosingFlowRuns(
  transaction: Queryable,
  ids: readonly string[],
): Promise<Map<string, EnclosingFlowRun>> {
  const rows = await transaction.query<EnclosingRow>(ENCLOSING, [ids]);
  return new Map(rows.map((row) => [row.id, enclosingFlowRun(row)]));
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

const COLUMNS = [
  ['id', 'uuid'],
  ...MOVED,
  ['flow_run_run_count', 'int'],
  ['tenant_id', 'uuid'],
  ['flow_run_id', 'uuid'],
  ['task_key', 'text'],
  ['dynamic_key', 'text'],
  ['name', 'text'],
  ['task_version', 'text'],
  ['cache_key', 'text'],
  ['cache_expiration', 'timestamptz'],
  ['policy', 'jsonb'],
  ['task_inputs', 'jsonb'],
  ['tags', 'jsonb'],
  ['labels', 'jsonb'],
  ['task_id', 'uuid'],
  ['map_index', 'int'],
] as const;
/** Inserts one run, whose columns are the parameters from `$first` on. */
export const insertOneTaskRun = (alias: string, first: number) =>
  `insert into task_run as ${alias} (${namesOf(COLUMNS)}) select ${valuesOf(COLUMNS, first)}`;
const INSERT = `insert into task_run (${namesOf(COLUMNS)}) select * from unnest(${arraysOf(COLUMNS, 1)})`;
const INSERT_ALL = statement('taskRuns.insert', INSERT);
const INSERT_NEW = statement(
  'taskRuns.insertNew',
  `${INSERT} on conflict do nothing
   returning tenant_id as "tenantId", flow_run_id as "flowRunId", task_key as "taskKey", dynamic_key as "dynamicKey"`,
);

/** A task run in its first state. */
export interface BegunTaskRun {
  run: TaskRun;
  state: ProposedState;
  task?: RegisteredTask | null;
}

/**
 * Sends task runs to be inserted. The transaction fails with a violated key where somebody else was faster; trying it again
 * finds theirs.
 */
export function insertTaskRuns(transaction: Transaction, begun: readonly BegunTaskRun[]): void {
  transaction.send(INSERT_ALL, begunArrays(begun));
}

/**
 * Inserts task runs, and gives the keys of those that were new, as `keysText`. A task run with the same keys stays as it is;
 * where that is not why one is missing, its id belongs to another task run.
 */
export async function insertNewTaskRuns(transaction: Queryable, begun: readonly BegunTaskRun[]): Promise<Set<string>> {
  return new Set((await transaction.query<TaskRunKeys>(INSERT_NEW, begunArrays(begun))).map(keysText));
}

export function begunArrays(begun: readonly BegunTaskRun[]): unknown[][] {
  const runs = begun.map(({ run }) => run);
  return [
    ...movedArrays(begun.map(({ run, state }) => ({ id: run.id, version: run.version, changes: run, state }))),
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
    begun.map(({ task }) => task?.id ?? null),
    begun.map(({ task }) => task?.mapIndex ?? NOT_MAPPED),
  ];
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

// Without a flow run or with one: `is not distinct from` would look at all task runs of the tenant.
const BY_KEYS = statement(
  'taskRuns.byKeys',
  `select r.id, r.tenant_id as "tenantId", r.flow_run_id as "flowRunId", r.task_key as "taskKey",
     r.dynamic_key as "dynamicKey"
   from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) as k(tenant_id, flow_run_id, task_key, dynamic_key)
   cross join lateral (
     select o.* from task_run o where o.tenant_id = k.tenant_id and o.flow_run_id = k.flow_run_id
       and o.task_key = k.task_key and o.dynamic_key = k.dynamic_key
     union all
     select o.* from task_run o where o.tenant_id = k.tenant_id and o.flow_run_id is null and k.flow_run_id is null
       and o.task_key = k.task_key and o.dynamic_key = k.dynamic_key
   ) r`,
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

const IDS_IN_USE = statement('taskRuns.idsInUse', 'select id from task_run where id = any($1::uuid[])');

/** Those of the ids that task runs have. */
export async function taskRunIdsInUse(transaction: Queryable, ids: readonly string[]): Promise<Set<string>> {
  return new Set((await transaction.query<{ id: string }>(IDS_IN_USE, [ids])).map(({ id }) => id));
}
