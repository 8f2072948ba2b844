import type { GraphLimits } from '../../core/insights/graphLimits.ts';
import type { TaskInput } from '../../core/runs/run.ts';
import { type Queryable, statement } from '../connection/database.ts';

/** A task run whose result is an input of another. */
export type Upstream = Extract<TaskInput, { id: string }>;

export interface Dependent {
  id: string;
  name: string;
  upstream: Upstream[];
}

/** The task runs of one flow run. One more than the limit means that there are too many. */
export interface Dependencies {
  taskRuns: Dependent[];
  hasTooManyEdges: boolean;
}

interface TaskRow {
  id: string;
  flowRunId: string;
  name: string;
  sourceId: null;
}
interface SourceRow {
  id: string;
  kind: Upstream['kind'];
  sourceId: string;
}

// Parameters and constants come from no run.
const READ = statement(
  'flowRunDependencies.read',
  `with task as materialized (
     select t.* from unnest($1::uuid[]) as run (id) cross join lateral (
       select flow_run_id, id, name, task_inputs from task_run where flow_run_id = run.id order by id desc limit $2 + 1
     ) t
   ), source as (
     select distinct task.id, source ->> 'kind' as kind, source ->> 'id' as source_id
     from task cross join lateral jsonb_each(task.task_inputs) as argument
     cross join lateral jsonb_array_elements(argument.value) as source
     where source ->> 'kind' in ('task_run', 'flow_run') limit $3 + 1
   )
   select id, flow_run_id as "flowRunId", name, null as kind, null as "sourceId" from task
   union all
   select id, null, null, kind, source_id from source
   order by "sourceId" nulls first, id desc`,
);

/** Returns the task runs of flow runs, newest first, each with the runs whose results it uses. */
export async function flowRunDependencies(
  database: Queryable,
  flowRunIds: readonly string[],
  limits: GraphLimits,
): Promise<Map<string, Dependencies>> {
  const rows = await database.query<TaskRow | SourceRow>(READ, [flowRunIds, limits.nodes, limits.edges]);
  const sources = rows.filter((row) => row.sourceId !== null);
  const hasTooManyEdges = sources.length > limits.edges;
  const found = new Map<string, Dependencies>(flowRunIds.map((id) => [id, { taskRuns: [], hasTooManyEdges }]));
  const taskRuns = new Map<string, Dependent>();
  for (const row of rows) {
    if (row.sourceId !== null) continue;
    const taskRun: Dependent = { id: row.id, name: row.name, upstream: [] };
    taskRuns.set(row.id, taskRun);
    found.get(row.flowRunId)?.taskRuns.push(taskRun);
  }
  for (const { id, kind, sourceId } of sources) taskRuns.get(id)?.upstream.push({ kind, id: sourceId });
  return found;
}
