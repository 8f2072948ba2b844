import { type Queryable, statement } from '../connection/database.ts';
import { hadRow } from '../tenants/tenantScope.ts';

const RENAME = statement(
  'taskRuns.rename',
  'update task_run set name = $3, updated = now() where id = $1 and tenant_id = $2 returning id',
);

/** Gives a task run another name; false where there is none. */
export const nameAnyTaskRun = async (transaction: Queryable, tenantId: string, id: string, name: string) =>
  hadRow(await transaction.query(RENAME, [id, tenantId, name]));
