import { checkLabels } from '../../core/checks/checkJson.ts';
import type { FlowRun, Labels } from '../../core/runs/run.ts';
import { LIMITS } from '../../core/values/limits.ts';
import { Problem } from '../../core/values/problem.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import { flowRunsById } from '../../store/flowRuns/flowRuns.ts';
import { mergeFlowRunLabels } from '../../store/flowRuns/mergeFlowRunLabels.ts';
import { answerOnce, type Keyed, keyedRequest } from '../writing/answerBook.ts';
import type { Engine } from '../writing/engine.ts';
import { unknownFlowRun } from '../writing/moveFlowRunBatch.ts';

export interface UpdateFlowRunLabels extends Keyed {
  flowRunId: string;
  /** Existing keys get these values, new keys are added, no key is removed. */
  labels: Labels;
}

/**
 * Merges labels into a flow run's labels. NOT_FOUND if the run does not exist, BAD_USER_INPUT if it would have too
 * many.
 * Source: Prefect 3, models/flow_runs.py, update_flow_run_labels.
 */
export async function updateFlowRunLabels(
  { database, streams }: Engine,
  viewer: Viewer,
  input: UpdateFlowRunLabels,
): Promise<{ flowRun: FlowRun }> {
  const { flowRunId, labels } = input;
  checkLabels('labels', labels);
  await answerOnce(database, keyedRequest(viewer, 'updateFlowRunLabels', input), async (transaction) => {
    const count = await mergeFlowRunLabels(transaction, viewer.tenantId, flowRunId, labels);
    if (count === null) throw unknownFlowRun(flowRunId);
    if (count > LIMITS.labels)
      throw new Problem('BAD_USER_INPUT', `The flow run would have ${count} labels; the limit is ${LIMITS.labels}.`, {
        field: 'labels',
      });
    return { flowRunId };
  });
  streams.announce([`flowRunChanges:${viewer.tenantId}`]);
  const [flowRun] = await flowRunsById(database, viewer.tenantId, [flowRunId]);
  if (!flowRun) throw unknownFlowRun(flowRunId);
  return { flowRun };
}
