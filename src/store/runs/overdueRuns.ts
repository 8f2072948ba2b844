import { FINAL_STATE_TYPES, STATE_TYPES } from '../../core/runs/state.ts';
import { formatInstant, type Instant } from '../../core/values/instant.ts';
import { type Queryable, statement } from '../connection/database.ts';

// Native runs that were not moved in time. Prefect 1 runs are left out: their clients know no late state, their pauses end
// when they are due, their agents cancel their task runs, and the zombie killer ends runs that did not cancel themselves.
// Nothing is locked: the move checks that the run is still in the state that was found. State types are constants in the
// texts, not parameters, because PostgreSQL uses a partial index (migration `loops`) only if the constant matches it.

/** A run, and its state when it was found. */
export interface OverdueRun {
  id: string;
  stateId: string;
}

const FOUND = (alias: string) => `select ${alias}.id, ${alias}.state_id as "stateId"`;

/** The types of states that are not final, as a list in SQL. */
export const UNFINISHED = `(${STATE_TYPES.filter((type) => !FINAL_STATE_TYPES.includes(type))
  .map((type) => `'${type}'`)
  .join(', ')})`;

// A run that waits for something other than its time has another state name, and is never late.
const LATE = statement(
  'flowRuns.late',
  `${FOUND('r')} from flow_run r
   where r.state_type = 'SCHEDULED' and r.state_name = 'Scheduled' and r.prefect1_state is null
     and r.next_scheduled_start_time <= $1
   order by r.next_scheduled_start_time, r.id limit $2`,
);

/** Flow runs that were due by this time, the oldest first. */
export const lateFlowRuns = (database: Queryable, dueBy: Instant, limit: number): Promise<OverdueRun[]> =>
  database.query(LATE, [formatInstant(dueBy), limit]);

const EXPIRED_PAUSES = statement(
  'flowRuns.expiredPauses',
  `${FOUND('r')} from flow_run r
   where r.state_type = 'PAUSED' and r.prefect1_state is null
     and (r.state_details ->> 'pauseTimeout') collate "C" < $1
   order by (r.state_details ->> 'pauseTimeout') collate "C", r.id limit $2`,
);

/** Flow runs whose pause timed out before this time, the oldest first. */
export const expiredPauses = (database: Queryable, before: Instant, limit: number): Promise<OverdueRun[]> =>
  database.query(EXPIRED_PAUSES, [formatInstant(before), limit]);

const CANCELLING = statement(
  'flowRuns.cancellingSince',
  `${FOUND('r')} from flow_run r
   where r.state_type = 'CANCELLING' and r.prefect1_state is null and r.state_timestamp <= $1
   order by r.state_timestamp, r.id limit $2`,
);

/** Flow runs that have been cancelling since this time or longer. */
export const cancellingSince = (database: Queryable, since: Instant, limit: number): Promise<OverdueRun[]> =>
  database.query(CANCELLING, [formatInstant(since), limit]);

// A task run that represents a subflow follows the subflow's state, so it is left out while the subflow goes on.
const TASK_RUNS = statement(
  'taskRuns.ofCancelled',
  `${FOUND('t')} from flow_run f join task_run t on t.flow_run_id = f.id
   where f.state_type = 'CANCELLED' and f.prefect1_state is null and f.state_timestamp > $1
     and t.state_type in ${UNFINISHED}
     and not exists (select from flow_run s where s.parent_task_run_id = t.id and s.state_type in ${UNFINISHED})
   limit $2`,
);

/** Task runs that have not ended, of flow runs that were cancelled after this time. */
export const taskRunsOfCancelled = (database: Queryable, after: Instant, limit: number): Promise<OverdueRun[]> =>
  database.query(TASK_RUNS, [formatInstant(after), limit]);

const SUBFLOWS = statement(
  'flowRuns.subflowsOfCancelled',
  `${FOUND('s')} from flow_run s join task_run t on t.id = s.parent_task_run_id join flow_run f on f.id = t.flow_run_id
   where s.parent_task_run_id is not null and s.state_type in ${UNFINISHED} and s.state_type <> 'CANCELLING'
     and s.prefect1_state is null and f.state_type = 'CANCELLED'
   limit $1`,
);

/** Subflow runs that have not ended although their parent was cancelled. */
export const subflowsOfCancelled = (database: Queryable, limit: number): Promise<OverdueRun[]> =>
  database.query(SUBFLOWS, [limit]);
