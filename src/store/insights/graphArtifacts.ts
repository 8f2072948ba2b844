import type { Instant } from '../../core/values/instant.ts';
import type { Json } from '../../core/values/jsonObject.ts';
import { type Queryable, statement } from '../connection/database.ts';

export interface Artifact {
  id: string;
  created: Instant;
  /** Prefect 1's name for the kind: `link` or `markdown`. */
  kind: string;
  data: Json;
}

/** The most artifacts per task run, and per request. */
export const MAX_ARTIFACTS = { each: 100, together: 10_000 } as const;

const READ = statement(
  'taskRunArtifacts.ofTaskRunId',
  `select a.* from unnest($1::uuid[]) as parent (id) cross join lateral (
     select x.task_run_id as "taskRunId", x.id, x.created, x.kind, x.data
     from task_run_artifact x where x.task_run_id = parent.id order by x.created, x.id limit $2
   ) a order by a.created, a.id limit $3`,
);

/** Returns the first artifacts of task runs, in the order of their creation. */
export async function artifactsOfTaskRuns(
  database: Queryable,
  taskRunIds: readonly string[],
): Promise<Map<string, Artifact[]>> {
  const rows = await database.query<Artifact & { taskRunId: string }>(READ, [
    taskRunIds,
    MAX_ARTIFACTS.each,
    MAX_ARTIFACTS.together,
  ]);
  const found = new Map<string, Artifact[]>(taskRunIds.map((id) => [id, []]));
  for (const { taskRunId, ...artifact } of rows) found.get(taskRunId)?.push(artifact);
  return found;
}
