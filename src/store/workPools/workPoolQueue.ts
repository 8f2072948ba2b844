import { formatInstant, type Instant } from '../../core/values/instant.ts';
import type { Candidate } from '../../core/workPools/offer.ts';
import { type Queryable, statement } from '../connection/database.ts';

const POLLED = statement(
  'workQueues.polled',
  `update work_queue q set last_polled = clock_timestamp() from (
     select id from work_queue where work_pool_id = $1 and ($2::text[] is null or name = any($2)) order by id
     for no key update
   ) asked where q.id = asked.id returning q.name`,
);

/** Records a poll of the queues of a pool with these names, or of all. Returns the names of these queues. */
export const notePolled = async (
  transaction: Queryable,
  workPoolId: string,
  names: readonly string[] | null,
): Promise<string[]> =>
  (await transaction.query<{ name: string }>(POLLED, [workPoolId, names])).map(({ name }) => name);

// Workers do not receive runs that their own process retries. The order of each queue comes from
// flow_run_work_queue_scheduled_idx. Only the core decides which candidates may run (core/workPools/mayRun.ts).
const CANDIDATES = statement(
  'workPools.candidates',
  `select due.id, due.work_queue_id as "workQueueId", due.deployment_id as "deploymentId", due."retryType",
     due.deployment_id is not null and d.id is null as "deploymentIsGone",
     l."limit" as "deploymentLimit", coalesce(slots.taken, 0) as "deploymentTaken"
   from (
     select of_queue.*, q.priority from work_queue q cross join lateral (
       select r.id, r.work_queue_id, r.deployment_id, r.policy ->> 'retryType' as "retryType", r.next_scheduled_start_time
       from flow_run r
       where r.work_queue_id = q.id and r.state_type = 'SCHEDULED'
         and coalesce(r.policy ->> 'retryType', '') <> 'in_process'
         and r.next_scheduled_start_time <= coalesce($2::timestamptz, 'infinity')
         and r.id <> all($3::uuid[]) and (r.deployment_id is null or r.deployment_id <> all($4::uuid[]))
       order by r.next_scheduled_start_time, r.id limit $5
     ) of_queue
     where q.id = any($1::uuid[])
     order by q.priority, of_queue.next_scheduled_start_time, of_queue.id limit $5
   ) due
   left join deployment d on d.id = due.deployment_id
   left join concurrency_limit l on l.id = d.concurrency_limit_id and l.active
   left join lateral (
     select count(*) as taken from concurrency_slot s
     where s.concurrency_limit_id = l.id and (s.expires is null or s.expires > clock_timestamp())
   ) slots on l.id is not null
   order by due.priority, due.next_scheduled_start_time, due.id`,
);

export interface Wanted {
  workQueueIds: readonly string[];
  /** Only runs that are due at or before this time; null for all. */
  scheduledBefore: Instant | null;
  /** Runs and deployments to leave out. */
  exceptRunIds: readonly string[];
  exceptDeploymentIds: readonly string[];
  limit: number;
}

/** Returns scheduled runs of these queues, the most urgent first, with what decides whether they may run. */
export const candidatesOf = (database: Queryable, wanted: Wanted): Promise<Candidate[]> =>
  database.query<Candidate>(CANDIDATES, [
    wanted.workQueueIds,
    wanted.scheduledBefore === null ? null : formatInstant(wanted.scheduledBefore),
    wanted.exceptRunIds,
    wanted.exceptDeploymentIds,
    wanted.limit,
  ]);
