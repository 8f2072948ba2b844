import type { WorkPool } from '../../core/workPools/workPool.ts';
import { type Queryable, statement } from '../connection/database.ts';
import { hadRow } from '../tenants/tenantScope.ts';

type NewWorkPool = Omit<WorkPool, 'created' | 'updated'>;

const INSERT = statement(
  'workPools.insert',
  `insert into work_pool (id, tenant_id, name, type, description, base_job_template, is_paused, concurrency_limit)
   values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (tenant_id, name) do nothing returning id`,
);

/** Whether the pool was made; false where the tenant has one of this name. */
export const insertWorkPool = async (transaction: Queryable, pool: NewWorkPool): Promise<boolean> =>
  hadRow(
    await transaction.query(INSERT, [
      pool.id,
      pool.tenantId,
      pool.name,
      pool.type,
      pool.description,
      JSON.stringify(pool.baseJobTemplate),
      pool.isPaused,
      pool.concurrencyLimit,
    ]),
  );

/** Columns that change; what is not there stays. */
export type WorkPoolUpdate = Partial<
  Pick<WorkPool, 'description' | 'baseJobTemplate' | 'isPaused' | 'concurrencyLimit'>
>;

const UPDATE = statement(
  'workPools.update',
  `update work_pool set updated = now(),
     description = case when 'description' = any($3::text[]) then $4 else description end,
     base_job_template = coalesce($5::jsonb, base_job_template), is_paused = coalesce($6, is_paused),
     concurrency_limit = case when 'concurrencyLimit' = any($3::text[]) then $7::int else concurrency_limit end
   where id = $1 and tenant_id = $2 returning id`,
);

/** Whether there was such a pool. */
export async function updateWorkPoolColumns(
  transaction: Queryable,
  tenantId: string,
  id: string,
  update: WorkPoolUpdate,
): Promise<boolean> {
  const { description, baseJobTemplate, isPaused, concurrencyLimit } = update;
  const rows = await transaction.query(UPDATE, [
    id,
    tenantId,
    Object.keys(update),
    description ?? null,
    baseJobTemplate === undefined ? null : JSON.stringify(baseJobTemplate),
    isPaused ?? null,
    concurrencyLimit ?? null,
  ]);
  return hadRow(rows);
}

const DELETE = statement('workPools.delete', 'delete from work_pool where id = $1 and tenant_id = $2 returning id');

/** Deletes a pool with its queues and workers; its deployments and runs are then in no queue. Whether there was one. */
export const deleteWorkPoolRow = async (transaction: Queryable, tenantId: string, id: string): Promise<boolean> =>
  hadRow(await transaction.query(DELETE, [id, tenantId]));
