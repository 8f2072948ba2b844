import type { WorkQueue } from '../../core/workPools/workPool.ts';
import { type Models, type Queryable, type Store, statement } from '../connection/database.ts';
import { lockRow } from '../connection/lockRow.ts';
import { hadCount } from '../tenants/tenantScope.ts';

// Changes of the queues of a pool lock the pool first, so that only one at a time assigns priorities.

/** Locks the pool with this name against other changes of its queues. Returns its id, or null. */
export async function lockPoolByName(transaction: Store, tenantId: string, name: string): Promise<string | null> {
  const where = { tenantId_name: { tenantId, name } };
  const pool = await transaction.prisma.workPool.findUnique({ where, select: { id: true } });
  return pool && (await lockRow(transaction, 'work_pool', pool.id)) ? pool.id : null;
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
): Promise<Pick<WorkQueue, 'name' | 'workPoolId'> | null> {
  const [row] = await transaction.query<Pick<WorkQueue, 'name' | 'workPoolId'>>(LOCK, [id, tenantId]);
  return row ?? null;
}

type NewWorkQueue = Omit<WorkQueue, 'created' | 'updated' | 'lastPolled' | 'priority'> & {
  /** Null: the lowest that no queue of the pool has. */
  priority: number | null;
};

/** Creates a queue in a locked or new pool. Returns false if the pool has a queue with this name. */
export async function insertWorkQueue({ prisma }: Models, queue: NewWorkQueue): Promise<boolean> {
  const { id, tenantId, workPoolId, name, description, isPaused, concurrencyLimit } = queue;
  const priority = queue.priority ?? (await firstFreePriority({ prisma }, workPoolId));
  const data = [{ id, tenantId, workPoolId, name, description, isPaused, concurrencyLimit, priority }];
  return hadCount(await prisma.workQueue.createMany({ data, skipDuplicates: true }));
}

async function firstFreePriority({ prisma }: Models, workPoolId: string): Promise<number> {
  const queues = await prisma.workQueue.findMany({ where: { workPoolId }, select: { priority: true } });
  const taken = new Set(queues.map(({ priority }) => priority));
  let free = 1;
  while (taken.has(free)) free++;
  return free;
}

/** The columns to change. Absent ones stay unchanged. */
export type WorkQueueUpdate = Partial<
  Pick<WorkQueue, 'name' | 'description' | 'isPaused' | 'concurrencyLimit' | 'priority'>
>;

export async function updateWorkQueueColumns({ prisma }: Models, id: string, update: WorkQueueUpdate): Promise<void> {
  // Prisma sets `updated` only with other columns.
  await prisma.workQueue.updateMany({ where: { id }, data: { ...update, updated: new Date() } });
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

/** Adds one to the priorities of the queue that had the priority of this one, and of the queues right after it. */
export async function makeWayFor(transaction: Queryable, workPoolId: string, id: string): Promise<void> {
  await transaction.query(MAKE_WAY, [workPoolId, id]);
}

/** The deployments and runs of the queue stay, without a queue. */
export async function deleteWorkQueueRow({ prisma }: Models, id: string): Promise<void> {
  await prisma.workQueue.deleteMany({ where: { id } });
}
