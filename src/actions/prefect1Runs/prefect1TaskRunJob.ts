import { requestOf } from '../../core/prefect1/prefect1Policy.ts';
import { normaliseState } from '../../core/prefect1/serializedState.ts';
import { NO_TASK_RUN_POLICY } from '../../core/runs/run.ts';
import type { Instant } from '../../core/values/instant.ts';
import { NOT_MAPPED } from '../../store/taskRuns/insertTaskRuns.ts';
import type { TaskRunCreationJob } from '../writing/createTaskRunBatch.ts';
import { newId } from '../writing/newId.ts';

interface TaskOfFlow {
  id: string;
  slug: string | null;
  cacheKey: string | null;
}

/** The job that creates the task run of a registered task in a flow run. Its first state is Pending. */
export function prefect1TaskRunJob(
  flowRun: { id: string; tenantId: string },
  task: TaskOfFlow,
  mapIndex: number,
  now: Instant,
): TaskRunCreationJob {
  const taskKey = task.slug ?? task.id;
  return {
    run: {
      id: newId(),
      tenantId: flowRun.tenantId,
      flowRunId: flowRun.id,
      taskKey,
      dynamicKey: String(mapIndex),
      // Prefect 1 task runs have no name; native clients see this one.
      name: mapIndex === NOT_MAPPED ? taskKey : `${taskKey}-${mapIndex}`,
      taskVersion: null,
      cacheKey: task.cacheKey,
      cacheExpiration: null,
      policy: NO_TASK_RUN_POLICY,
      taskInputs: {},
      tags: [],
      labels: {},
    },
    task: { id: task.id, mapIndex },
    state: requestOf(normaliseState({ type: 'Pending', message: 'Task run created' }, now)),
    request: null,
  };
}
