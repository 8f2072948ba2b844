import type { Viewer } from '../../core/values/viewer.ts';
import { lockFlowRunForInput } from '../../store/flowRuns/flowRunWrites.ts';
import { deleteLinesOfRun } from '../../store/runs/runDeletions.ts';
import { answerOnce, type Keyed, keyedRequest } from '../writing/answerBook.ts';
import type { Engine } from '../writing/engine.ts';
import { unknownFlowRun } from '../writing/moveFlowRunBatch.ts';

export interface DeleteFlowRunLogs extends Keyed {
  flowRunId: string;
}

/**
 * Deletes the log lines that a flow run and its task runs have so far, and says how many they were. Later lines go on with
 * the next number, so that whoever follows them is told what was skipped. NOT_FOUND where there is no such run.
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
