import { FINAL_STATE_TYPES, STATE_TYPES } from '../../core/runs/state.ts';
import { formatInstant, type Instant } from '../../core/values/instant.ts';
import { type Queryable, statement } from '../connection/database.ts';

// Native runs that nobody moved in time. Runs of Prefect 1 are left out: their clients know no late state, their pauses end by
// being due, their agents cancel their task runs, and the zombie killer ends what was to cancel itself and did not.
// Nothing is locked: whoever moves a run looks whether it is still in the state it was found in. Types stand in the texts,
// and not in parameters, because partial indexes (migration `loops`) are only taken for what is plainly theirs.

/** A run, and the state that it was found in. */
export interface OverdueRun {
  id: string;
  stateId: string;
}

const FOUND = (alias: string) => `select ${alias}.id, ${alias}.state_id as "stateId"`;

/** Types of states that go on. */
export const UNFINISHED = `(${STATE_TYPES.filter((type) => !FINAL_STATE_TYPES.includes(type))
  .map((type) => `'${type}'`)
  .join(', ')})`;

// A run that waits for something else than its time has another name, and is never late.
const LATE = statement(
  'flowRuns.late',
  `${FOUND('r')} from flow_run r
   where r.state_type = 'SCHEDULED' and r.state_name = 'Scheduled' and r.prefect1_state is null
     and r.next_scheduled_start_time <= $1
   order by r.next_scheduled_start_time, r.id limit $2`,
);

/** Runs that were due by then, the longest due first. */
export const lateFlowRuns = (database: Queryable, dueBy: Instant, limit: number): Promise<OverdueRun[]> =>
  database.query(LATE, [formatInstant(dueBy), limit]);

const EXPIRED_PAUSES = statement(
  'flowRuns.expiredPauses',
  `${FOUND('r')} from flow_run r
   where r.state_type = 'PAUSED' and r.prefect1_state is null
     and (r.state_details ->> 'pauseTimeout') collate "C" < $1
   order by (r.state_details ->> 'pauseTimeout') collate "C", r.id limit $2`,
);

/** Runs whose pause should have ended before then, the longest overdue first. */
export const expiredPauses = (database: Queryable, before: Instant, limit: number): Promise<OverdueRun[]> =>
  database.query(EXPIRED_PAUSES, [formatInstant(before), limit]);

const CANCELLING = statement(
  'flowRuns.cancellingSince',
  `${FOUND('r')} from flow_run r
   where r.state_type = 'CANCELLING' and r.prefect1_state is null and r.state_timestamp <= $1
   order by r.state_timestamp, r.id limit $2`,
);

/** Runs that have been cancelling since then or longer. */
export const cancellingSince = (database: Queryable, since: Instant, limit: number): Promise<OverdueRun[]> =>
  database.query(CANCELLING, [formatInstant(since), limit]);

// A task run that stands for a subflow follows that, and would be torn to and fro.
const TASK_RUNS = statement(
  'taskRuns.ofCancelled',
  `${FOUND('t')} from flow_run f join task_run t on t.flow_run_id = f.id
   where f.state_type = 'CANCELLED' and f.prefect1_state is null and f.state_timestamp > $1
     and t.state_type in ${UNFINISHED}
     and not exists (select from flow_run s where s.parent_task_run_id = t.id and s.state_type in ${UNFINISHED})
   limit $2`,
);

/** Task runs that have not ended, of flow runs that were cancelled after that. */
export const taskRunsOfCancelled = (database: Queryable, after: Instant, limit: number): Promise<OverdueRun[]> =>
  database.query(TASK_RUNS, [formatInstant(after), limit]);

const SUBFLOWS = statement(
  'flowRuns.subflowsOfCancelled',
  `${FOUND('s')} from flow_run s join task_run t on t.id = s.parent_task_run_id join flow_run f on f.id = t.flow_run_id
   where s.parent_task_run_id is not null and s.state_type in ${UNFINISHED} and s.state_type <> 'CANCELLING'
     and s.prefect1_state is null and f.state_type = 'CANCELLED'
   limit $1`,
);

/** Runs of subflows that nobody has cancelled yet although their parent was. */
export const subflowsOfCancelled = (database: Queryable, limit: number): Promise<OverdueRun[]> =>
  database.query(SUBFLOWS, [limit]);
