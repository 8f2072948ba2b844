import { Problem } from '../core/problem.ts';
import { roughSize } from '../core/roughSize.ts';
import { type Viewer, visibleTenant } from '../core/viewer.ts';
import { NOT_MAPPED } from '../store/taskRunCreations.ts';
import type { TaskRunInfo } from '../store/taskRunInfo.ts';
import { taskRunOfTask } from '../store/taskRunOfTask.ts';
import type { Engine } from './engine.ts';
import { prefect1TaskRunJob } from './prefect1TaskRunJob.ts';

export interface GetOrCreateTaskRun {
  flowRunId: string;
  taskId: string;
  /** Which of the runs of a mapped task. Null: it is not mapped, or the run that stands for all. */
  mapIndex?: number | null;
}

/**
 * The task run of a task in a flow run, with the state that it is in; made if there is none. REFERENCE_NOT_FOUND where the
 * flow run or the task does not exist.
 * Source: prefect_server, api/runs.py, get_or_create_task_run_info.
 */
export async function getOrCreateTaskRun(
  { database, writer }: Engine,
  viewer: Viewer,
  { flowRunId, taskId, mapIndex: asked }: GetOrCreateTaskRun,
): Promise<TaskRunInfo> {
  const mapIndex = asked ?? NOT_MAPPED;
  const read = () => taskRunOfTask(database, visibleTenant(viewer), { flowRunId, taskId, mapIndex });
  const { task, flowRun, now, taskRun } = await read();
  if (taskRun) return taskRun;
  if (!task) throw new Problem('NOT_FOUND', 'Invalid task ID');
  if (!flowRun) throw new Problem('REFERENCE_NOT_FOUND', 'Foreign key violation.');
  const place = { id: flowRun.facts.id, tenantId: flowRun.tenantId };
  const job = { ...prefect1TaskRunJob(place, task, mapIndex, now), around: { flowRun, now } };
  const { taskRunId, created } = await writer.taskRunCreations.submit(job, roughSize([job.run, job.state]));
  const { className, serialized } = job.state.prefect1 ?? {};
  if (created && className && serialized)
    return { id: taskRunId, version: 1, state: className, serializedState: serialized };
  const { taskRun: raced } = await read();
  if (!raced) throw new Error(`task run ${taskRunId} is gone`);
  return raced;
}
