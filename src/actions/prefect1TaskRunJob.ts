import type { Instant } from '../core/instant.ts';
import { requestOf } from '../core/prefect1Policy.ts';
import { NO_TASK_RUN_POLICY } from '../core/run.ts';
import { normaliseState } from '../core/serializedState.ts';
import { NOT_MAPPED } from '../store/taskRunCreations.ts';
import { newId } from './newId.ts';
import type { TaskRunCreationJob } from './taskRunCreator.ts';

interface TaskOfFlow {
  id: string;
  slug: string | null;
  cacheKey: string | null;
}

/** The task run of a registered task in a flow run, as it is created: pending. */
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
      // Prefect 1 gives task runs no name; this one is for native readers.
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
