import { checkJson, checkLabels } from '../../core/checks/checkJson.ts';
import { checkTaskRunPolicy } from '../../core/checks/checkNumbers.ts';
import { checkStateRequest } from '../../core/checks/checkStateRequest.ts';
import { checkCacheKey, checkName, checkTags } from '../../core/checks/checkText.ts';
import type { NewTaskRun } from '../../core/runs/blankTaskRun.ts';
import { type Labels, NO_TASK_RUN_POLICY, type TaskRun, type TaskRunPolicy } from '../../core/runs/run.ts';
import type { StateRequest, TaskRunState } from '../../core/runs/state.ts';
import type { Instant } from '../../core/values/instant.ts';
import { roughSize } from '../../core/values/roughSize.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import { taskRunsById } from '../../store/taskRuns/taskRuns.ts';
import { type Keyed, keyedRequest } from '../writing/answerBook.ts';
import type { Engine } from '../writing/engine.ts';
import { newId } from '../writing/newId.ts';

export interface CreateTaskRun extends Keyed {
  /** An id that the caller generated: a version 4 or 7 UUID. */
  id?: string | null;
  /** Null for a background task run, which has no flow run. */
  flowRunId?: string | null;
  taskKey: string;
  dynamicKey: string;
  /** Null or empty: the task key and the dynamic key. */
  name?: string | null;
  /** The first state; any is allowed. Default PENDING. */
  state?: StateRequest | null;
  policy?: Partial<TaskRunPolicy> | null;
  tags?: string[] | null;
  labels?: Labels | null;
  taskInputs?: TaskRun['taskInputs'] | null;
  cacheKey?: string | null;
  cacheExpiration?: Instant | null;
  taskVersion?: string | null;
}

/**
 * Returns the task run with these keys in its flow run, and creates it in its first state if it does not exist. An
 * existing task run stays unchanged.
 * Source: Prefect 3, models/task_runs.py, create_task_run.
 */
export async function createTaskRun(
  engine: Engine,
  viewer: Viewer,
  input: CreateTaskRun,
): Promise<{ taskRun: TaskRun; state: TaskRunState | null; created: boolean }> {
  if (input.state) checkStateRequest('state', input.state);
  const job = {
    run: newTaskRun(viewer, input),
    state: input.state ?? { type: 'PENDING' as const },
    request: keyedRequest(viewer, 'createTaskRun', input),
  };
  const answer = await engine.writer.taskRunCreations.submit(job, roughSize([job.run, job.state]));
  const { taskRunId, created, written } = answer;
  if (written) return { ...written, created };
  const [taskRun] = await taskRunsById(engine.database, viewer.tenantId, [taskRunId]);
  if (!taskRun) throw new Error(`task run ${taskRunId} is gone`);
  return { taskRun, state: null, created };
}

/** Checks the request and fills in its defaults. */
export function newTaskRun({ tenantId }: Viewer, input: Omit<CreateTaskRun, 'state'>): NewTaskRun {
  checkName('taskKey', input.taskKey);
  checkName('dynamicKey', input.dynamicKey);
  if (input.name) checkName('name', input.name);
  if (input.taskVersion) checkName('taskVersion', input.taskVersion);
  if (input.cacheKey) checkCacheKey('cacheKey', input.cacheKey);
  checkTaskRunPolicy('policy', input.policy ?? {});
  checkTags('tags', input.tags ?? []);
  checkLabels('labels', input.labels ?? {});
  checkJson('taskInputs', input.taskInputs ?? {});
  return {
    id: input.id ?? newId(),
    tenantId,
    flowRunId: input.flowRunId ?? null,
    taskKey: input.taskKey,
    dynamicKey: input.dynamicKey,
    name: input.name || `${input.taskKey}-${input.dynamicKey}`.slice(0, 255),
    taskVersion: input.taskVersion ?? null,
    cacheKey: input.cacheKey ?? null,
    cacheExpiration: input.cacheExpiration ?? null,
    policy: { ...NO_TASK_RUN_POLICY, ...input.policy },
    taskInputs: input.taskInputs ?? {},
    tags: input.tags ?? [],
    labels: input.labels ?? {},
  };
}
