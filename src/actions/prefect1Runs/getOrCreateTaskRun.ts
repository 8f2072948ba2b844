import { Problem } from '../../core/values/problem.ts';
import { roughSize } from '../../core/values/roughSize.ts';
import { type Viewer, visibleTenant } from '../../core/values/viewer.ts';
import type { TaskRunInfo } from '../../store/prefect1Runs/taskRunInfo.ts';
import { type TaskRunOfTask, taskRunOfTask } from '../../store/prefect1Runs/taskRunOfTask.ts';
import { NOT_MAPPED } from '../../store/taskRuns/insertTaskRuns.ts';
import type { Engine } from '../writing/engine.ts';
import type { Recent } from '../writing/recent.ts';
import { prefect1TaskRunJob } from './prefect1TaskRunJob.ts';

export interface GetOrCreateTaskRun {
  flowRunId: string;
  taskId: string;
  /** The index of a mapped task's run; null for a task that is not mapped, and for the parent of a mapped task's runs. */
  mapIndex?: number | null;
}

/** What the runs of a mapped task share: the task and its flow run. */
type MappedTask = Pick<TaskRunOfTask, 'now'> & { [Part in 'task' | 'flowRun']: NonNullable<TaskRunOfTask[Part]> };

/** What `getOrCreateTaskRun` works with: it keeps tasks for a few seconds, because clients request the runs of a mapped task in a row. */
export interface MappedTaskEngine extends Engine {
  recentTasks: Recent<MappedTask>;
}

/**
 * Returns the task run of a task in a flow run, with its state; creates it if it does not exist. NOT_FOUND if the task does
 * not exist, REFERENCE_NOT_FOUND if the flow run does not exist.
 * Source: prefect_server, api/runs.py, get_or_create_task_run_info.
 */
export async function getOrCreateTaskRun(
  engine: MappedTaskEngine,
  viewer: Viewer,
  { flowRunId, taskId, mapIndex: asked }: GetOrCreateTaskRun,
): Promise<TaskRunInfo> {
  const { database, recentTasks } = engine;
  const mapIndex = asked ?? NOT_MAPPED;
  const tenantId = visibleTenant(viewer);
  // Clients request the runs of a mapped task one after the other. All but the first are created without a read.
  const key = `${tenantId} ${flowRunId} ${taskId}`;
  const recent = mapIndex === NOT_MAPPED ? null : recentTasks.recall(key);
  const made = recent && (await create(engine, recent, mapIndex));
  if (made) return made;

  const read = () => taskRunOfTask(database, tenantId, { flowRunId, taskId, mapIndex });
  const { task, flowRun, now, taskRun } = await read();
  if (taskRun) return taskRun;
  if (!task) throw new Problem('NOT_FOUND', 'Invalid task ID');
  if (!flowRun) throw new Problem('REFERENCE_NOT_FOUND', 'Foreign key violation.');
  const mapped = { task, flowRun, now };
  if (mapIndex !== NOT_MAPPED) recentTasks.keep(key, mapped);
  const created = await create(engine, mapped, mapIndex);
  if (created) return created;
  const { taskRun: raced } = await read();
  if (!raced) throw new Error(`the run of task ${taskId} is gone`);
  return raced;
}

/** Returns null if the task run exists already. */
async function create(
  { writer }: Engine,
  { task, flowRun, now }: MappedTask,
  mapIndex: number,
): Promise<TaskRunInfo | null> {
  const place = { id: flowRun.facts.id, tenantId: flowRun.tenantId };
  const job = prefect1TaskRunJob(place, task, mapIndex, now);
  const { taskRunId, created } = await writer.taskRunCreations.submit(job, roughSize([job.run, job.state]));
  const { className, serialized } = job.state.prefect1 ?? {};
  return created && className && serialized
    ? { id: taskRunId, version: 1, state: className, serializedState: serialized }
    : null;
}
