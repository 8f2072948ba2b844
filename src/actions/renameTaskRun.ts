import { checkName } from '../core/checkText.ts';
import { runName } from '../core/names.ts';
import type { TaskRun } from '../core/run.ts';
import type { Viewer } from '../core/viewer.ts';
import { nameAnyTaskRun } from '../store/taskRunNames.ts';
import { taskRunsById } from '../store/taskRuns.ts';
import { answerOnce, type Keyed, keyedRequest } from './answerBook.ts';
import type { Engine } from './engine.ts';
import { unknownTaskRun } from './taskRunMover.ts';

export interface RenameTaskRun extends Keyed {
  taskRunId: string;
  /** Null or empty: two random words. */
  name?: string | null;
}

/** Gives a task run another name. NOT_FOUND where there is no such run. */
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
