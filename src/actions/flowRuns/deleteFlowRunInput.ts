import { checkInputKey } from '../../core/checks/checkText.ts';
import { Problem } from '../../core/values/problem.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import { deleteInput } from '../../store/flowRuns/flowRunInputs.ts';
import { lockFlowRunForInput } from '../../store/flowRuns/lockFlowRuns.ts';
import { answerOnce, type Keyed, keyedRequest } from '../writing/answerBook.ts';
import type { Engine } from '../writing/engine.ts';

export interface DeleteFlowRunInput extends Keyed {
  flowRunId: string;
  key: string;
}

/** Deletes an input. NOT_FOUND if the run has no input with this key. */
export async function deleteFlowRunInput(
  engine: Engine,
  viewer: Viewer,
  input: DeleteFlowRunInput,
): Promise<{ flowRunId: string; key: string }> {
  const { flowRunId, key } = input;
  checkInputKey('key', key);
  return answerOnce(engine.database, keyedRequest(viewer, 'deleteFlowRunInput', input), async (transaction) => {
    const there =
      (await lockFlowRunForInput(transaction, viewer.tenantId, flowRunId)) &&
      (await deleteInput(transaction, flowRunId, key));
    if (!there) throw new Problem('NOT_FOUND', 'Flow run input not found');
    return { flowRunId, key };
  });
}
