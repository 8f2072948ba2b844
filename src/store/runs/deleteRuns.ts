import { type Queryable, statement } from '../connection/database.ts';
import { TENANT_MATCHES } from '../tenants/tenantScope.ts';

// Runs are locked before they are deleted, in statements of their own. A transaction that writes a line, a state or a task
// run holds a lock on the run: the deletion waits for it, and its next statement sees what was written. A single statement
// would use the snapshot from before the wait and leave such lines behind. Locks are taken in the order that all code keeps:
// flow runs by id (including subflows that lose their parent), then task runs by id, then counters.

// Logs, counters and cached states have no foreign key to runs, so that they are written fast and can be dropped by
// partition. Every statement that deletes runs also deletes these.
/** Steps of a `with` statement that defines the deleted flow runs as `runs(id)`. */
export const LEFT_BY_RUNS = `left_logs as (delete from log where run_id in (select id from runs)),
     left_counters as (delete from run_counter where run_id in (select id from runs))`;

// The ids are an array, computed once. A join would be evaluated again for a run that was moved while its lock was waited
// for, and PostgreSQL would then treat the run as one that does not match.
const LOCK_FLOW_RUNS = statement(
  'flowRuns.lockDoomed',
  `select r.id, r.id = any($1::uuid[]) as doomed from flow_run r
   where r.id = any(array(
     select id from flow_run where id = any($1::uuid[]) and ${TENANT_MATCHES}
     union all
     select s.id from task_run t join flow_run s on s.parent_task_run_id = t.id
     where t.flow_run_id = any($1::uuid[]) and ($2::uuid is null or t.tenant_id = $2)
   )) order by r.id for update`,
);
const LOCK_TASK_RUNS_OF = statement(
  'taskRuns.lockDoomedOf',
  'select from task_run where flow_run_id = any($1::uuid[]) order by id for update',
);

/**
 * Locks flow runs of a tenant, with their task runs and subflows, until the transaction ends. Returns the ids that exist.
 * @param tenantId null for any tenant
 */
export async function lockDoomedFlowRuns(
  transaction: Queryable,
  tenantId: string | null,
  ids: readonly string[],
): Promise<string[]> {
  const locked = await transaction.query<{ id: string; doomed: boolean }>(LOCK_FLOW_RUNS, [ids, tenantId]);
  const doomed = locked.filter((row) => row.doomed).map(({ id }) => id);
  if (doomed.length > 0) await transaction.query(LOCK_TASK_RUNS_OF, [doomed]);
  return doomed;
}

const DELETE_FLOW_RUNS = statement(
  'flowRuns.deleteDoomed',
  `with runs as (delete from flow_run where id = any($1::uuid[]) returning id), ${LEFT_BY_RUNS} select from runs`,
);

/** Deletes locked flow runs with their states, task runs, inputs and log lines. Subflows stay, without a parent. */
export async function deleteDoomedFlowRuns(transaction: Queryable, ids: readonly string[]): Promise<void> {
  await transaction.query(DELETE_FLOW_RUNS, [ids]);
}

/** Deletes a flow run with everything that belongs to it, in chunks if it has many log lines. False if it does not exist. */
export async function deleteFlowRunRow(transaction: Queryable, tenantId: string | null, id: string): Promise<boolean> {
  const doomed = await lockDoomedFlowRuns(transaction, tenantId, [id]);
  if (doomed.length === 0) return false;
  await deleteLinesOfRun(transaction, id);
  await deleteDoomedFlowRuns(transaction, doomed);
  return true;
}

const LOCK_SUBFLOWS = statement(
  'flowRuns.lockSubflows',
  'select from flow_run where parent_task_run_id = $1 and tenant_id = $2 order by id for update',
);
const LOCK_TASK_RUN = statement(
  'taskRuns.lockDoomed',
  'select from task_run where id = $1 and tenant_id = $2 for update',
);
const DELETE_TASK_RUN = statement(
  'taskRuns.deleteDoomed',
  `with run as (delete from task_run where id = $1 returning id),
     left_logs as (delete from log where task_run_id in (select id from run)),
     left_counters as (delete from run_counter where run_id in (select id from run))
   select from run`,
);

/** Deletes a task run with its states and log lines. Its subflow stays, without a parent. False if it does not exist. */
export async function deleteTaskRunRow(transaction: Queryable, tenantId: string, id: string): Promise<boolean> {
  await transaction.query(LOCK_SUBFLOWS, [id, tenantId]);
  const isThere = (await transaction.query(LOCK_TASK_RUN, [id, tenantId])).length > 0;
  if (isThere) await transaction.query(DELETE_TASK_RUN, [id]);
  return isThere;
}

const LAST_LINE = statement('logs.lastOfRun', 'select coalesce(max(number), 0) as last from log where run_id = $1');
const DELETE_LINES = statement(
  'logs.deleteOfRun',
  `with gone as (delete from log where run_id = $1 and number between $2 and $3 returning 1)
   select count(*) as deleted from gone`,
);
// Takes a few seconds; a statement may take 30.
const LINES_PER_STATEMENT = 100_000;

/** Deletes the log lines of a flow run, and returns how many. Their numbers are not used again. */
export async function deleteLinesOfRun(transaction: Queryable, flowRunId: string): Promise<number> {
  const [line] = await transaction.query<{ last: number }>(LAST_LINE, [flowRunId]);
  let total = 0;
  for (let from = 1; from <= (line?.last ?? 0); from += LINES_PER_STATEMENT) {
    const range = [flowRunId, from, from + LINES_PER_STATEMENT - 1];
    const [gone] = await transaction.query<{ deleted: number }>(DELETE_LINES, range);
    total += gone?.deleted ?? 0;
  }
  return total;
}
