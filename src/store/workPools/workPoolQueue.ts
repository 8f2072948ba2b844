import { formatInstant, type Instant } from '../../core/values/instant.ts';
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

// Active runs count against the limits of their queue and of its pool, runs of a paused queue too. Workers do not
// receive runs that their own process retries.
// Source: Prefect 3, get-runs-from-worker-queues.sql.jinja.
const POLL = statement(
  'workPools.poll',
  `with queues as (
     select q.id, q.name, q.priority, q.is_paused, q.concurrency_limit, active.count as active
     from work_queue q cross join lateral (
       select count(*) from flow_run r
       where r.work_queue_id = q.id and r.state_type in ('PENDING', 'RUNNING', 'CANCELLING')
     ) active
     where q.work_pool_id = $1
   ), pool as (
     select p.concurrency_limit - (select coalesce(sum(active), 0) from queues) as free
     from work_pool p where p.id = $1 and not p.is_paused
   )
   select due.id from pool, queues q cross join lateral (
     select r.id, r.next_scheduled_start_time from flow_run r
     where r.work_queue_id = q.id and r.state_type = 'SCHEDULED'
       and coalesce(r.policy ->> 'retryType', '') <> 'in_process'
       and r.next_scheduled_start_time <= coalesce($3::timestamptz, 'infinity')
     order by r.next_scheduled_start_time, r.id
     limit greatest(0, least($4::bigint, q.concurrency_limit - q.active))
   ) due
   where not q.is_paused and ($2::text[] is null or q.name = any($2))
   order by q.priority, due.next_scheduled_start_time, due.id
   limit (select greatest(0, least($4::bigint, free)) from pool)`,
);

/** Returns the runs that a worker may take now from these queues of a pool, or from all; most urgent first. */
export async function runsForWorker(
  database: Queryable,
  asked: { workPoolId: string; queueNames: readonly string[] | null; scheduledBefore: Instant | null; limit: number },
): Promise<string[]> {
  const before = asked.scheduledBefore === null ? null : formatInstant(asked.scheduledBefore);
  const rows = await database.query<{ id: string }>(POLL, [asked.workPoolId, asked.queueNames, before, asked.limit]);
  return rows.map(({ id }) => id);
}
