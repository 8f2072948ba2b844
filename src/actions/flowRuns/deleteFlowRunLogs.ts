import type { Viewer } from '../../core/values/viewer.ts';
import { lockFlowRunForInput } from '../../store/flowRuns/lockFlowRuns.ts';
import { deleteLinesOfRun } from '../../store/runs/deleteRuns.ts';
import { answerOnce, type Keyed, keyedRequest } from '../writing/answerBook.ts';
import type { Engine } from '../writing/engine.ts';
import { unknownFlowRun } from '../writing/moveFlowRunBatch.ts';

export interface DeleteFlowRunLogs extends Keyed {
  flowRunId: string;
}

/**
 * Deletes the log lines that a flow run and its task runs have so far, and returns their number. Later lines continue
 * with the next number, so subscribers learn how many lines were skipped. NOT_FOUND if the run does not exist.
 */
export const deleteFlowRunLogs = (
  { database }: Engine,
  viewer: Viewer,
  input: DeleteFlowRunLogs,
): Promise<{ flowRunId: string; deleted: number }> =>
  answerOnce(database, keyedRequest(viewer, 'deleteFlowRunLogs', input), async (transaction) => {
    const { flowRunId } = input;
    if (!(await lockFlowRunForInput(transaction, viewer.tenantId, flowRunId))) throw unknownFlowRun(flowRunId);
    return { flowRunId, deleted: await deleteLinesOfRun(transaction, flowRunId) };
  });
