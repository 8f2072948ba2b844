import type { Instant } from '../../core/values/instant.ts';
import type { JsonObject } from '../../core/values/jsonObject.ts';
import { type Queryable, statement } from '../connection/database.ts';

export interface TaskRunInfo {
  id: string;
  version: number;
  state: string | null;
  serializedState: JsonObject | null;
}

const INFO = statement(
  'taskRuns.info',
  `select id, version, prefect1_state as state, serialized_state as "serializedState" from task_run
   where id = $1 and ($2::uuid is null or tenant_id = $2) and task_id is not null`,
);

export const taskRunInfo = async (
  database: Queryable,
  tenantId: string | null,
  id: string,
): Promise<TaskRunInfo | null> => (await database.query<TaskRunInfo>(INFO, [id, tenantId]))[0] ?? null;

export interface MappedChildren {
  minStartTime: Instant | null;
  maxEndTime: Instant | null;
  stateCounts: { [state: string]: number };
}

const CHILDREN = statement(
  'taskRuns.mappedChildren',
  `select p.id, c.prefect1_state as state, count(*) as count, min(c.start_time) as "minStartTime", max(c.end_time) as "maxEndTime"
   from task_run p
   join task_run c on c.flow_run_id = p.flow_run_id and c.task_id = p.task_id and c.map_index >= 0
   where p.id = any($1::uuid[]) and ($2::uuid is null or p.tenant_id = $2) and p.map_index < 0
   group by p.id, c.prefect1_state`,
);

interface CountRow {
  id: string;
  state: string | null;
  count: number;
  minStartTime: Instant | null;
  maxEndTime: Instant | null;
}

/**
 * Returns the times and states of the children of mapped task runs; none for a run that has no children or does not
 * exist.
 */
export async function mappedChildren(
  database: Queryable,
  tenantId: string | null,
  ids: readonly string[],
): Promise<Map<string, MappedChildren>> {
  const found = new Map<string, CountRow[]>(ids.map((id) => [id, []]));
  for (const row of await database.query<CountRow>(CHILDREN, [ids, tenantId])) found.get(row.id)?.push(row);
  return new Map([...found].map(([id, rows]) => [id, summary(rows)]));
}

function summary(rows: readonly CountRow[]): MappedChildren {
  const known = (values: (Instant | null)[]) => values.filter((value) => value !== null);
  const starts = known(rows.map(({ minStartTime }) => minStartTime));
  const ends = known(rows.map(({ maxEndTime }) => maxEndTime));
  return {
    minStartTime: starts.length > 0 ? Math.min(...starts) : null,
    maxEndTime: ends.length > 0 ? Math.max(...ends) : null,
    stateCounts: Object.fromEntries(rows.flatMap(({ state, count }) => (state === null ? [] : [[state, count]]))),
  };
}
