import type { TaskRun } from '../../core/runs/run.ts';
import { type Queryable, statement } from '../connection/database.ts';
import { type TaskRunRow, taskRunColumns, taskRunFromRow } from './taskRunRows.ts';

/** The background task runs that subscribers wait for. */
export interface WaitingTasks {
  tenantId: string;
  taskKeys: readonly string[];
  /** The ids of states that subscribers have received. */
  but: readonly string[];
}

const WAITING = statement(
  'taskRuns.waiting',
  `select ${taskRunColumns('x')} from task_run x
   where x.tenant_id = $1 and x.task_key = any($2::text[]) and x.flow_run_id is null and x.state_type = 'SCHEDULED'
     and (x.next_scheduled_start_time is null or x.next_scheduled_start_time <= now())
     and x.state_id <> all($3::uuid[])
   order by x.next_scheduled_start_time nulls first, x.id limit $4`,
);

/** Background task runs that are due and that no worker has taken, the oldest first. */
export async function waitingTaskRuns(
  database: Queryable,
  { tenantId, taskKeys, but }: WaitingTasks,
  limit: number,
): Promise<TaskRun[]> {
  return (await database.query<TaskRunRow>(WAITING, [tenantId, taskKeys, but, limit])).map(taskRunFromRow);
}

const STILL = statement(
  'taskRuns.stillWaiting',
  `select x.state_id as "stateId" from unnest($1::uuid[], $2::uuid[]) as told (id, state_id)
   join task_run x on x.id = told.id and x.state_id = told.state_id`,
);

/** Returns which of these states are still the current states of their task runs. */
export async function statesThatLast(
  database: Queryable,
  told: readonly { id: string; stateId: string }[],
): Promise<Set<string>> {
  const values = [told.map(({ id }) => id), told.map(({ stateId }) => stateId)];
  return new Set((await database.query<{ stateId: string }>(STILL, values)).map(({ stateId }) => stateId));
}
