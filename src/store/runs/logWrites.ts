import type { Log } from '../../core/runs/run.ts';
import { formatInstant } from '../../core/values/instant.ts';
import type { Json } from '../../core/values/jsonObject.ts';
import { type Queryable, statement, type Transaction } from '../connection/database.ts';
import { placesBehind, takenNumbers } from './runCounters.ts';

/** Where log lines of a run belong. */
export interface LogRun {
  id: string;
  tenantId: string;
  /** Of a task run: the flow run around it. */
  flowRunId: string | null;
}

// Locked against being deleted, so that no line outlives its run. The lock is shared and does not hinder moves.
const FLOW_RUNS = statement(
  'logs.flowRuns',
  'select id, tenant_id as "tenantId", id as "flowRunId" from flow_run where id = any($1::uuid[]) order by id for key share',
);
const TASK_RUNS = statement(
  'logs.taskRuns',
  `select id, tenant_id as "tenantId", flow_run_id as "flowRunId" from task_run where id = any($1::uuid[])
   order by id for key share`,
);

/** The runs that log lines name, by id. */
export async function runsOfLogs(
  transaction: Queryable,
  flowRunIds: readonly string[],
  taskRunIds: readonly string[],
): Promise<Map<string, LogRun>> {
  const runs = await Promise.all([
    flowRunIds.length === 0 ? [] : transaction.query<LogRun>(FLOW_RUNS, [flowRunIds]),
    taskRunIds.length === 0 ? [] : transaction.query<LogRun>(TASK_RUNS, [taskRunIds]),
  ]);
  return new Map(runs.flat().map((run) => [run.id, run]));
}

const INSERT = statement(
  'logs.insert',
  `with ${takenNumbers('logs', 'select * from unnest($12::uuid[], $13::int8[])')}
   insert into log (id, tenant_id, run_id, flow_run_id, task_run_id, number, timestamp, level, name, message, info)
   select id, tenant_id, u.run_id, flow_run_id, task_run_id, last - behind, timestamp, level, name, message, info
   from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::int8[], $7::timestamptz[], $8::int2[],
     $9::text[], $10::text[], $11::jsonb[])
     as u(id, tenant_id, run_id, flow_run_id, task_run_id, behind, timestamp, level, name, message, info)
   join taken on taken.run_id = u.run_id`,
);

export interface NewLog extends Omit<Log, 'number'> {
  tenantId: string;
  /** The run that numbers the line: its flow run, or its task run where that has none. */
  runId: string;
  /** What a Prefect 1 client adds to a line. */
  info?: Json;
}

const KNOWN = statement('logs.known', 'select id from log where id = any($1::uuid[])');

/** Which of these lines are written already. */
export async function knownLogs(transaction: Queryable, ids: readonly string[]): Promise<Set<string>> {
  const rows = await transaction.query<{ id: string }>(KNOWN, [ids]);
  return new Set(rows.map(({ id }) => id));
}

/** Sends log lines to be written; each takes the next number of its run. */
export function insertLogs(transaction: Transaction, logs: readonly NewLog[]): void {
  const { runIds, counts, behind } = placesBehind(logs.map(({ runId }) => runId));
  transaction.send(INSERT, [
    logs.map(({ id }) => id),
    logs.map(({ tenantId }) => tenantId),
    logs.map(({ runId }) => runId),
    logs.map(({ flowRunId }) => flowRunId),
    logs.map(({ taskRunId }) => taskRunId),
    behind,
    logs.map(({ timestamp }) => formatInstant(timestamp)),
    logs.map(({ level }) => level),
    logs.map(({ name }) => name),
    logs.map(({ message }) => message),
    logs.map(({ info }) => (info == null ? null : JSON.stringify(info))),
    runIds,
    counts,
  ]);
}
