import type { TaskRun } from '../../core/runs/run.ts';
import type { TaskRunState } from '../../core/runs/state.ts';
import type { Context } from '../building/context.ts';

/** Keeps a run and its state, as they were written, for the fields of the response: none of them reads these rows again. */
export function rememberTaskRun<Created extends { taskRun: TaskRun; state: TaskRunState | null }>(
  { loaders }: Context,
  created: Created,
): Created {
  const { taskRun, state } = created;
  for (const loader of [loaders.taskRun, loaders.leanTaskRun]) loader.prime(taskRun.id, taskRun);
  if (state) for (const loader of [loaders.taskRunState, loaders.leanTaskRunState]) loader.prime(state.id, state);
  return created;
}
