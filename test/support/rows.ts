import { v7 } from 'uuid';
import {
  type Flow,
  type FlowRun,
  type Log,
  NO_FLOW_RUN_POLICY,
  NO_TASK_RUN_POLICY,
  type Run,
  type TaskRun,
} from '../../src/core/runs/run.ts';
import { type FlowRunState, NO_DETAILS, type State, type TaskRunState } from '../../src/core/runs/state.ts';
import { formatInstant, parseInstant } from '../../src/core/values/instant.ts';
import { DEFAULT_TENANT_ID } from '../../src/core/values/viewer.ts';
import { type Database, statement } from '../../src/store/connection/database.ts';
import { snake } from '../../src/store/query/selectList.ts';
import { detailsToJson } from '../../src/store/runs/stateRows.ts';

// Whole objects as reads return them, and functions that insert them unchanged.

export const NOON = parseInstant('2026-11-21T12:00:00.123456Z') ?? 0;

export const newFlow = (flow: Partial<Flow> = {}): Flow => {
  const id = flow.id ?? v7();
  return {
    id,
    created: NOON,
    updated: NOON,
    tenantId: DEFAULT_TENANT_ID,
    name: `flow ${id}`,
    tags: [],
    labels: {},
    ...flow,
  };
};

const newRun = (): Run => ({
  id: v7(),
  created: NOON,
  updated: NOON,
  tenantId: DEFAULT_TENANT_ID,
  name: 'run',
  tags: [],
  labels: {},
  version: 1,
  stateId: v7(),
  stateType: 'SCHEDULED',
  stateName: 'Scheduled',
  stateTimestamp: NOON,
  runCount: 0,
  expectedStartTime: null,
  nextScheduledStartTime: null,
  startTime: null,
  endTime: null,
  totalRunTimeSeconds: 0,
});

export const newFlowRun = (flowId: string, run: Partial<FlowRun> = {}): FlowRun => ({
  ...newRun(),
  flowId,
  deploymentId: null,
  parentTaskRunId: null,
  flowVersion: null,
  parameters: { x: 1 },
  context: {},
  policy: NO_FLOW_RUN_POLICY,
  jobVariables: {},
  idempotencyKey: null,
  infrastructurePid: null,
  workQueueId: null,
  autoScheduled: false,
  ...run,
});

export const newTaskRun = (flowRunId: string | null, run: Partial<TaskRun> = {}): TaskRun => ({
  ...newRun(),
  flowRunId,
  taskKey: 'task',
  dynamicKey: v7(),
  taskVersion: null,
  cacheKey: null,
  cacheExpiration: null,
  policy: NO_TASK_RUN_POLICY,
  taskInputs: { x: [{ kind: 'parameter', name: 'y' }] },
  flowRunRunCount: 0,
  ...run,
});

const newState = (version: number): State => ({
  id: v7(),
  version,
  type: 'RUNNING',
  name: 'Running',
  timestamp: NOON + version,
  message: null,
  data: { version },
  details: NO_DETAILS,
});

export const newFlowRunState = (flowRunId: string, version: number): FlowRunState => ({
  ...newState(version),
  flowRunId,
});

export const newTaskRunState = (
  taskRunId: string,
  flowRunId: string | null,
  version: number,
  position: number | null,
): TaskRunState => ({
  ...newState(version),
  taskRunId,
  flowRunId,
  position,
  outOfOrder: false,
});

export const newLog = (
  run: { flowRunId?: string; taskRunId?: string },
  number: number,
  log: Partial<Log> = {},
): Log => ({
  id: v7(),
  number,
  flowRunId: run.flowRunId ?? null,
  taskRunId: run.taskRunId ?? null,
  timestamp: NOON + number,
  level: 20,
  name: 'logger',
  message: `line ${number}`,
  ...log,
});

const TABLE_COLUMNS = statement(
  'test.columns',
  'select column_name::text as name from information_schema.columns where table_name = $1 and column_name = any($2)',
);

/** Inserts objects as rows, all in one statement. Columns that no object names get the value in `rest`, or their default. */
export async function insertRows(
  database: Database,
  table: string,
  rows: readonly object[],
  rest: object = {},
): Promise<void> {
  const columns = rows.map((row) => toColumns({ created: NOON, ...rest, ...row }));
  const given = [...new Set(columns.flatMap((row) => Object.keys(row)))];
  const known = await database.query<{ name: string }>(TABLE_COLUMNS, [table, given]);
  const names = known.map(({ name }) => `"${name}"`).join(', ');
  const insert = statement(
    `test.insert.${table}`,
    `insert into ${table} (${names}) select ${names} from jsonb_populate_recordset(null::${table}, $1::jsonb)`,
  );
  await database.query(insert, [JSON.stringify(columns)]);
}

export const insertFlows = (database: Database, flows: readonly Flow[]) => insertRows(database, 'flow', flows);

const STATE_OF_RUN = { stateDetails: {} };
export const insertFlowRuns = (database: Database, runs: readonly FlowRun[]) =>
  insertRows(database, 'flow_run', runs, STATE_OF_RUN);
export const insertTaskRuns = (database: Database, runs: readonly TaskRun[]) =>
  insertRows(database, 'task_run', runs, STATE_OF_RUN);

const stored = <Row extends State>(states: readonly Row[]) =>
  states.map((state) => ({ ...state, details: detailsToJson(state.details) }));
export const insertFlowRunStates = (database: Database, states: readonly FlowRunState[]) =>
  insertRows(database, 'flow_run_state', stored(states));
export const insertTaskRunStates = (database: Database, states: readonly TaskRunState[]) =>
  insertRows(database, 'task_run_state', stored(states));

export const insertLogs = (database: Database, logs: readonly Log[], tenantId: string = DEFAULT_TENANT_ID) =>
  insertRows(
    database,
    'log',
    logs.map((log) => ({ ...log, tenantId, runId: log.flowRunId ?? log.taskRunId })),
  );

/** Creates another tenant. */
export async function insertTenant(database: Database): Promise<string> {
  const id = v7();
  await insertRows(database, 'tenant', [{ id, updated: NOON, name: 'other', slug: id }]);
  return id;
}

const isTime = (key: string) => /time(stamp)?$|^created$|^updated$|expiration$|polled$/i.test(key);

const toColumns = (row: object) =>
  Object.fromEntries(
    Object.entries(row).map(([key, value]) => [
      snake(key),
      isTime(key) && typeof value === 'number' ? formatInstant(value) : value,
    ]),
  );
