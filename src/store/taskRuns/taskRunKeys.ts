import type { TaskRun } from '../../core/runs/run.ts';
import { type Queryable, statement } from '../connection/database.ts';
import { pick } from '../query/columnTypes.ts';
import { selectList } from '../query/selectList.ts';
import { arrayParameters, arrayValues, fieldColumns, namesOf } from '../query/writtenColumns.ts';
import { TASK_RUN } from './taskRunRows.ts';

const FIELDS = ['tenantId', 'flowRunId', 'taskKey', 'dynamicKey'] as const;

/** What identifies a task run in addition to its id. */
export type TaskRunKeys = Pick<TaskRun, (typeof FIELDS)[number]>;

/** The keys as one text, to look them up in maps. */
export const keysText = ({ tenantId, flowRunId, taskKey, dynamicKey }: TaskRunKeys): string =>
  JSON.stringify([tenantId, flowRunId, taskKey, dynamicKey]);

const KEYS = pick(TASK_RUN, FIELDS);
/** The keys of a row under an alias. */
export const taskRunKeyColumns = selectList(KEYS);
const COLUMNS = fieldColumns(KEYS, (keys: TaskRunKeys) => keys);

// Two branches, with and without a flow run: `is not distinct from` would read all task runs of the tenant.
const BY_KEYS = statement(
  'taskRuns.byKeys',
  `select r.id, ${taskRunKeyColumns('r')}
   from unnest(${arrayParameters(COLUMNS, 1)}) as k(${namesOf(COLUMNS)})
   cross join lateral (
     select o.* from task_run o where o.tenant_id = k.tenant_id and o.flow_run_id = k.flow_run_id
       and o.task_key = k.task_key and o.dynamic_key = k.dynamic_key
     union all
     select o.* from task_run o where o.tenant_id = k.tenant_id and o.flow_run_id is null and k.flow_run_id is null
       and o.task_key = k.task_key and o.dynamic_key = k.dynamic_key
   ) r`,
);

/** The ids of the task runs with these keys, by `keysText`. */
export async function taskRunIdsByKeys(
  transaction: Queryable,
  keys: readonly TaskRunKeys[],
): Promise<Map<string, string>> {
  const rows = await transaction.query<TaskRunKeys & { id: string }>(BY_KEYS, arrayValues(COLUMNS, keys));
  return new Map(rows.map((row) => [keysText(row), row.id]));
}

const IDS_IN_USE = statement('taskRuns.idsInUse', 'select id from task_run where id = any($1::uuid[])');

/** Returns which of these ids belong to task runs already. */
export async function taskRunIdsInUse(transaction: Queryable, ids: readonly string[]): Promise<Set<string>> {
  return new Set((await transaction.query<{ id: string }>(IDS_IN_USE, [ids])).map(({ id }) => id));
}
