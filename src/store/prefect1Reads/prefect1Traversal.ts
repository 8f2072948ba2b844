import { type RawBuilder, sql } from 'kysely';
import type { Scope } from './prefect1Conditions.ts';
import { checkPrefect1Limit } from './prefect1Limits.ts';

/** The longest path. */
const MAX_STEPS = 50;

export interface TraversalArguments {
  /** A list of ids, or PostgreSQL's text form `{id,id}`. */
  start_task_ids?: unknown;
  depth_limit?: number | null;
}

/**
 * Returns the tasks that are reachable from some tasks along the edges of their flow, each with the length of the
 * longest path; the tasks themselves have depth 0. Unknown ids are skipped.
 * Source: Prefect Server, utility.downstream_tasks.
 */
export function traversalSql(
  direction: 'downstream' | 'upstream',
  { start_task_ids: start = null, depth_limit: limit = null }: TraversalArguments,
  scope: Scope,
): RawBuilder<unknown> {
  if (Array.isArray(start)) checkPrefect1Limit('values', start.length, 'start_task_ids');
  const [here, there] =
    direction === 'downstream'
      ? ['upstream_task_id', 'downstream_task_id']
      : ['downstream_task_id', 'upstream_task_id'];
  return sql`(
    with recursive walk (task_id, tenant_id, depth) as (
      select id, tenant_id, 0 from task
      where id = any(${start}::uuid[]) and (${scope}::uuid is null or tenant_id = ${scope}::uuid)
      union
      select edge.${sql.id(there)}, walk.tenant_id, walk.depth + 1
      from walk join edge on edge.${sql.id(here)} = walk.task_id
      where walk.depth < least(${MAX_STEPS}::int, ${limit}::int)
    )
    select tenant_id, task_id, max(depth) as depth from walk group by tenant_id, task_id
  )`;
}
