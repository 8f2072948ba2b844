import { type Queryable, statement } from '../connection/database.ts';
import { hadRow } from '../tenants/tenantScope.ts';

const RENAME = statement(
  'taskRuns.rename',
  'update task_run set name = $3, updated = now() where id = $1 and tenant_id = $2 returning id',
);

/** Renames a task run of either dialect. False if it does not exist. */
export const nameAnyTaskRun = async (transaction: Queryable, tenantId: string, id: string, name: string) =>
  hadRow(await transaction.query(RENAME, [id, tenantId, name]));
