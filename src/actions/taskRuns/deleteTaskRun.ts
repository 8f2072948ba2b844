import type { Viewer } from '../../core/values/viewer.ts';
import { deleteTaskRunRow } from '../../store/runs/deleteRuns.ts';
import { answerOnce, type Keyed, keyedRequest } from '../writing/answerBook.ts';
import type { Engine } from '../writing/engine.ts';
import { unknownTaskRun } from '../writing/moveTaskRunBatch.ts';

export interface DeleteTaskRun extends Keyed {
  taskRunId: string;
}

/**
 * Deletes a task run in any state, with its states and log lines. The run of its subflow stays, without a parent.
 * NOT_FOUND if the task run does not exist.
 */
export const deleteTaskRun = (
  { database }: Engine,
  viewer: Viewer,
  input: DeleteTaskRun,
): Promise<{ taskRunId: string }> =>
  answerOnce(database, keyedRequest(viewer, 'deleteTaskRun', input), async (transaction) => {
    const { taskRunId } = input;
    if (!(await deleteTaskRunRow(transaction, viewer.tenantId, taskRunId))) throw unknownTaskRun(taskRunId);
    return { taskRunId };
  });
