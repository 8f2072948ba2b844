import type { CountedPlace } from '../../core/workPools/offer.ts';
import { type Queryable, statement } from '../connection/database.ts';

// The slots of a queue's or pool's limit are the active runs themselves: PENDING, RUNNING and CANCELLING. So no slot is lost
// or left over when a server is killed, or when a queue, a limit or a run changes. Runs that become active hold the lock of their pool
// from before they are counted until they are committed. Ends of runs need no lock, because they only free slots.

// An advisory lock, because the row locks of a pool are taken by its deletion, which then waits for the pool's runs. By key,
// so that two transactions that move runs of the same pools do not deadlock. Two pools with one key share a lock, which is
// harmless.
const LOCK = statement(
  'workPools.lockSlots',
  `select pg_advisory_xact_lock(key) from (
     select distinct hashtextextended('work_pool ' || id, 0) as key from unnest($1::text[]) as pool (id) order by 1
   ) keys`,
);

// Uses flow_run_work_queue_active_idx.
const COUNT = statement(
  'workPools.counted',
  `select q.id as "workQueueId", q.name as "workQueueName", q.is_paused as "isQueuePaused",
     q.concurrency_limit as "queueLimit", active.count as "queueTaken",
     p.id as "workPoolId", p.name as "workPoolName", p.is_paused as "isPoolPaused", p.concurrency_limit as "poolLimit"
   from work_pool p join work_queue q on q.work_pool_id = p.id cross join lateral (
     select count(*) from flow_run r
     where r.work_queue_id = q.id and r.state_type in ('PENDING', 'RUNNING', 'CANCELLING')
       and r.id <> all($2::uuid[])
   ) active
   where p.id = any($1::uuid[])`,
);

/** Returns all queues of these pools with their active runs, in no order. The runs with these ids are not counted. */
export const countPlaces = (
  database: Queryable,
  workPoolIds: readonly string[],
  exceptRunIds: readonly string[] = [],
): Promise<CountedPlace[]> => database.query<CountedPlace>(COUNT, [workPoolIds, exceptRunIds]);

/**
 * The same, while no other transaction can make runs of these pools active, in one round trip. The count is a statement of its
 * own: it sees what was committed while the lock was waited for.
 */
export async function lockPlaces(
  transaction: Queryable,
  workPoolIds: readonly string[],
  exceptRunIds: readonly string[],
): Promise<CountedPlace[]> {
  const [, places] = await Promise.all([
    transaction.query(LOCK, [workPoolIds]),
    countPlaces(transaction, workPoolIds, exceptRunIds),
  ]);
  return places;
}
