import type { LostFlowRun, LostTaskRun } from '../../core/prefect1/rescue.ts';
import { formatInstant, type Instant } from '../../core/values/instant.ts';
import { type Queryable, statement } from '../connection/database.ts';

// Runs whose heartbeats have stopped. Each statement locks its rows until the transaction ends and skips rows that
// another server has locked: that server moves them to another state. A run that never sent a heartbeat is not lost.

/** The condition that the group of the flow of run `f` has not switched off a setting. A missing key means on. */
const isOn = (setting: string) => `not exists (
    select 1 from flow fl join flow_group g on g.id = fl.flow_group_id
    where fl.id = f.flow_id and g.settings @> '{"${setting}": false}')`;

// By tenant and type, like the index. A name that consists of the task's keys was not given by the client.
const TASK_RUNS = statement(
  'taskRuns.lost',
  `select r.id, f.id as "flowRunId", f.prefect1_state as "flowRunState",
     case when r.name not in (r.task_key, r.task_key || '-' || r.dynamic_key) then r.name end as name,
     coalesce(k.max_retries, 0) as "maxRetries",
     coalesce(extract(epoch from k.retry_delay), 0)::float8 as "retryDelaySeconds",
     (select count(*) from task_run_state s where s.task_run_id = r.id and s.prefect1_state = 'Retrying') as retries
   from tenant n
   join task_run r on r.tenant_id = n.id and r.state_type = 'RUNNING' and r.prefect1_state = 'Running'
   join flow_run f on f.id = r.flow_run_id and f.heartbeat <= $1
   join task k on k.id = r.task_id
   where ${isOn('heartbeat_enabled')}
   limit $2 for no key update of r skip locked`,
);

/** Locks running task runs of flow runs without a heartbeat since then. Their own heartbeats do not count. */
export const lockLostTaskRuns = (transaction: Queryable, since: Instant, limit: number): Promise<LostTaskRun[]> =>
  transaction.query(TASK_RUNS, [formatInstant(since), limit]);

const FLOW_RUN = `select f.id, f.times_resurrected as "timesResurrected" from flow_run f where f.heartbeat <= $1`;

const CANCELLING = statement(
  'flowRuns.lostCancelling',
  `${FLOW_RUN} and f.prefect1_state = 'Cancelling' and ${isOn('heartbeat_enabled')}
   limit $2 for no key update of f skip locked`,
);

/** Locks cancelling flow runs without a heartbeat since then: their process should have cancelled them. */
export const lockLostCancelling = (transaction: Queryable, since: Instant, limit: number): Promise<LostFlowRun[]> =>
  transaction.query(CANCELLING, [formatInstant(since), limit]);

const STRANDED = statement(
  'flowRuns.stranded',
  `${FLOW_RUN} and f.prefect1_state in ('Running', 'Submitted')
     and not exists (select 1 from task_run r where r.flow_run_id = f.id
       and (r.prefect1_state = any($3::text[]) or r.prefect1_state = 'Submitted' and r.state_timestamp > $1))
     and ${isOn('heartbeat_enabled')} and ${isOn('lazarus_enabled')}
   order by f.updated limit $2 for no key update of f skip locked`,
);

/**
 * Locks flow runs without a heartbeat since then in which nothing happens: no task run is in one of these states, and
 * none was submitted since then. An agent that restarts a run for a due retry submits only the task run; its process
 * has not yet sent a heartbeat.
 */
export const lockStranded = (
  transaction: Queryable,
  since: Instant,
  limit: number,
  goingOn: readonly string[],
): Promise<LostFlowRun[]> => transaction.query(STRANDED, [formatInstant(since), limit, goingOn]);

const RESURRECT = statement(
  'flowRuns.resurrect',
  'update flow_run set times_resurrected = times_resurrected + 1 where id = any($1::uuid[])',
);

export async function countResurrections(transaction: Queryable, ids: readonly string[]): Promise<void> {
  await transaction.query(RESURRECT, [ids]);
}
