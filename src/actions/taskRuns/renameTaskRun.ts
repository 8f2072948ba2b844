import { checkName } from '../../core/checks/checkText.ts';
import type { TaskRun } from '../../core/runs/run.ts';
import { runName } from '../../core/values/runName.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import { nameAnyTaskRun } from '../../store/taskRuns/nameAnyTaskRun.ts';
import { taskRunsById } from '../../store/taskRuns/taskRuns.ts';
import { answerOnce, type Keyed, keyedRequest } from '../writing/answerBook.ts';
import type { Engine } from '../writing/engine.ts';
import { unknownTaskRun } from '../writing/moveTaskRunBatch.ts';

export interface RenameTaskRun extends Keyed {
  taskRunId: string;
  /** Null or empty: two random words. */
  name?: string | null;
}

/** Renames a task run. NOT_FOUND if it does not exist. */
export async function renameTaskRun(
  { database }: Engine,
  viewer: Viewer,
  input: RenameTaskRun,
): Promise<{ taskRun: TaskRun }> {
  const { taskRunId, name } = input;
  if (name) checkName('name', name);
  await answerOnce(database, keyedRequest(viewer, 'renameTaskRun', input), async (transaction) => {
    const chosen = name || runName(Math.random);
    if (!(await nameAnyTaskRun(transaction, viewer.tenantId, taskRunId, chosen))) throw unknownTaskRun(taskRunId);
    return { taskRunId };
  });
  const [taskRun] = await taskRunsById(database, viewer.tenantId, [taskRunId]);
  if (!taskRun) throw unknownTaskRun(taskRunId);
  return { taskRun };
}
