import type { WorkQueue } from '../../core/workPools/workPool.ts';
import { type Queryable, statement } from '../connection/database.ts';
import { hadRow } from '../tenants/tenantScope.ts';

type NewWorkQueue = Pick<
  WorkQueue,
  'id' | 'tenantId' | 'workPoolId' | 'name' | 'description' | 'isPaused' | 'concurrencyLimit'
> & {
  /** Null: the first that no queue of the pool has. */
  priority: number | null;
};

// Whoever changes the queues of a pool locks the pool first, so that priorities are given one after the other.
const LOCK_POOL = statement(
  'workQueues.lockPool',
  'select id from work_pool where tenant_id = $1 and name = $2 for no key update',
);

/** The pool of this name, locked against other changes of its queues; null where there is none. */
export async function lockPoolByName(transaction: Queryable, tenantId: string, name: string): Promise<string | null> {
  const [row] = await transaction.query<{ id: string }>(LOCK_POOL, [tenantId, name]);
  return row?.id ?? null;
}

const INSERT = statement(
  'workQueues.insert',
  `insert into work_queue (id, tenant_id, work_pool_id, name, description, is_paused, concurrency_limit, priority)
   select $1, $2, $3, $4, $5, $6, $7, coalesce($8::int, (
     select min(free.priority)
     from generate_series(1, (select count(*) + 1 from work_queue where work_pool_id = $3)) as free(priority)
     where not exists (select from work_queue q where q.work_pool_id = $3 and q.priority = free.priority)))
   on conflict (work_pool_id, name) do nothing returning id`,
);

/** Whether the queue was made; false where its pool has one of this name. */
export const insertWorkQueue = async (transaction: Queryable, queue: NewWorkQueue): Promise<boolean> =>
  hadRow(
    await transaction.query(INSERT, [
      queue.id,
      queue.tenantId,
      queue.workPoolId,
      queue.name,
      queue.description,
      queue.isPaused,
      queue.concurrencyLimit,
      queue.priority,
    ]),
  );

export interface LockedWorkQueue {
  name: string;
  workPoolId: string;
}

const LOCK = statement(
  'workQueues.lock',
  `select q.name, q.work_pool_id as "workPoolId" from work_queue q join work_pool p on p.id = q.work_pool_id
   where q.id = $1 and q.tenant_id = $2 for no key update of p, q`,
);

export async function lockWorkQueue(
  transaction: Queryable,
  tenantId: string,
  id: string,
): Promise<LockedWorkQueue | null> {
  const [row] = await transaction.query<LockedWorkQueue>(LOCK, [id, tenantId]);
  return row ?? null;
}

/** Columns that change; what is not there stays. */
export type WorkQueueUpdate = Partial<
  Pick<WorkQueue, 'name' | 'description' | 'isPaused' | 'concurrencyLimit' | 'priority'>
>;

const UPDATE = statement(
  'workQueues.update',
  `update work_queue set updated = now(), name = coalesce($3, name),
     description = case when 'description' = any($2::text[]) then $4 else description end,
     is_paused = coalesce($5, is_paused),
     concurrency_limit = case when 'concurrencyLimit' = any($2::text[]) then $6::int else concurrency_limit end,
     priority = coalesce($7::int, priority)
   where id = $1`,
);

export async function updateWorkQueueColumns(
  transaction: Queryable,
  id: string,
  update: WorkQueueUpdate,
): Promise<void> {
  const { name, description, isPaused, concurrencyLimit, priority } = update;
  await transaction.query(UPDATE, [
    id,
    Object.keys(update),
    name ?? null,
    description ?? null,
    isPaused ?? null,
    concurrencyLimit ?? null,
    priority ?? null,
  ]);
}

const MAKE_WAY = statement(
  'workQueues.makeWay',
  `with recursive later(id, priority) as (
     select $2::uuid, priority from work_queue where id = $2
     union all
     select q.id, later.priority + 1 from later
     join work_queue q on q.work_pool_id = $1 and q.priority = later.priority and q.id not in ($2, later.id)
   )
   update work_queue q set priority = later.priority, updated = now() from (
     select id, max(priority) as priority from later where id <> $2 group by id
   ) later where q.id = later.id`,
);

/** Moves the queues that stand where this one came to, and those behind them, one place on. */
export async function makeWayFor(transaction: Queryable, workPoolId: string, id: string): Promise<void> {
  await transaction.query(MAKE_WAY, [workPoolId, id]);
}

const DELETE = statement('workQueues.delete', 'delete from work_queue where id = $1');

/** Its deployments and runs are then in no queue. */
export async function deleteWorkQueueRow(transaction: Queryable, id: string): Promise<void> {
  await transaction.query(DELETE, [id]);
}
