import type { Instant } from '../../core/values/instant.ts';
import type { JsonObject } from '../../core/values/jsonObject.ts';
import { type Queryable, statement } from '../connection/database.ts';
import { type EnclosingFlowRun, type EnclosingRow, enclosingFlowRun } from '../taskRuns/enclosingFlowRuns.ts';
import type { TaskRunInfo } from './taskRunInfo.ts';

// The task run is found by its unique keys, because the task has no index.
const OF_TASK = statement(
  'taskRuns.ofTask',
  `select clock_timestamp() as now, t.id as "taskId", t.slug, t.cache_key as "cacheKey", f.id as "flowRunId",
     f.tenant_id as "tenantId", f.labels, f.state_type as "stateType", f.state_details as "stateDetails",
     f.run_count as "runCount", f.state_id as "stateId", r.id, r.version, r.prefect1_state as state, r.serialized_state as "serializedState"
   from (values ($1::uuid, $2::uuid, $3::int, $4::uuid)) as asked(flow_run_id, task_id, map_index, tenant_id)
   left join task t on t.id = asked.task_id and (asked.tenant_id is null or t.tenant_id = asked.tenant_id)
   left join flow_run f on f.id = asked.flow_run_id and f.scheduled_start_time is not null
     and (asked.tenant_id is null or f.tenant_id = asked.tenant_id)
   left join task_run r on r.tenant_id = f.tenant_id and r.flow_run_id = f.id
     and r.task_key = coalesce(t.slug, t.id::text) and r.dynamic_key = asked.map_index::text`,
);

interface Row extends Omit<EnclosingRow, 'id'> {
  now: Instant;
  taskId: string | null;
  slug: string | null;
  cacheKey: string | null;
  flowRunId: string | null;
  id: string | null;
  version: number;
  state: string | null;
  serializedState: JsonObject | null;
}

/** A task run as found by its task; null for each part that does not exist. */
export interface TaskRunOfTask {
  now: Instant;
  task: { id: string; slug: string | null; cacheKey: string | null } | null;
  flowRun: EnclosingFlowRun | null;
  taskRun: TaskRunInfo | null;
}

export async function taskRunOfTask(
  database: Queryable,
  tenantId: string | null,
  asked: { flowRunId: string; taskId: string; mapIndex: number },
): Promise<TaskRunOfTask> {
  const [row] = await database.query<Row>(OF_TASK, [asked.flowRunId, asked.taskId, asked.mapIndex, tenantId]);
  if (!row) throw new Error('a row of constants returned no row');
  const { now, taskId, slug, cacheKey, id, version, state, serializedState } = row;
  return {
    now,
    task: taskId === null ? null : { id: taskId, slug, cacheKey },
    flowRun: row.flowRunId === null ? null : enclosingFlowRun({ ...row, id: row.flowRunId }),
    taskRun: id === null ? null : { id, version, state, serializedState },
  };
}
