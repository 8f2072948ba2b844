import type { Viewer } from '../../core/values/viewer.ts';
import { deleteFlowRunRow } from '../../store/runs/runDeletions.ts';
import { answerOnce, type Keyed, keyedRequest } from '../writing/answerBook.ts';
import type { Engine } from '../writing/engine.ts';
import { unknownFlowRun } from '../writing/moveFlowRunBatch.ts';

export interface DeleteFlowRun extends Keyed {
  flowRunId: string;
}

/**
 * Deletes a flow run, in whatever state, with its states, task runs, inputs and log lines. Runs of subflows stay, without a
 * parent. NOT_FOUND where there is no such run.
 * Source: Prefect 3, models/flow_runs.py, delete_flow_run; there the lines go later, in the background.
 */
export async function deleteFlowRun(
  { database, streams }: Engine,
  viewer: Viewer,
  input: DeleteFlowRun,
): Promise<{ flowRunId: string }> {
  const { flowRunId } = input;
  const answer = await answerOnce(database, keyedRequest(viewer, 'deleteFlowRun', input), async (transaction) => {
    if (!(await deleteFlowRunRow(transaction, viewer.tenantId, flowRunId))) throw unknownFlowRun(flowRunId);
    return { flowRunId };
  });
  // Those who follow the run, or many runs, look again and find that it is gone.
  streams.announce([`flowRunStates:${flowRunId}`]);
  return answer;
}
