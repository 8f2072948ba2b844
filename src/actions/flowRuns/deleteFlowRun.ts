import type { Viewer } from '../../core/values/viewer.ts';
import { deleteFlowRunRow } from '../../store/runs/deleteRuns.ts';
import { answerOnce, type Keyed, keyedRequest } from '../writing/answerBook.ts';
import type { Engine } from '../writing/engine.ts';
import { unknownFlowRun } from '../writing/moveFlowRunBatch.ts';

export interface DeleteFlowRun extends Keyed {
  flowRunId: string;
}

/**
 * Deletes a flow run in any state, with its states, task runs, inputs and log lines. Runs of its subflows stay, without
 * a parent. NOT_FOUND if the run does not exist.
 * Source: Prefect 3, models/flow_runs.py, delete_flow_run, which deletes log lines later, in the background.
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
  // Subscribers to the run, or to lists of runs, read again and find that it is gone.
  streams.announce([`flowRunStates:${flowRunId}`]);
  return answer;
}
