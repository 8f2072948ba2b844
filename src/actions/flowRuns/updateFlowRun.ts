import { checkJson, checkParameters } from '../../core/checks/checkJson.ts';
import { checkFlowRunPolicy } from '../../core/checks/checkNumbers.ts';
import { checkName, checkTags } from '../../core/checks/checkText.ts';
import type { FlowRun, FlowRunPolicy } from '../../core/runs/run.ts';
import type { JsonObject } from '../../core/values/jsonObject.ts';
import { runName } from '../../core/values/runName.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import { flowRunsById } from '../../store/flowRuns/flowRuns.ts';
import { lockFlowRuns } from '../../store/flowRuns/lockFlowRuns.ts';
import { type FlowRunUpdate, updateFlowRunColumns } from '../../store/flowRuns/updateFlowRunColumns.ts';
import { answerOnce, type Keyed, keyedRequest } from '../writing/answerBook.ts';
import type { Engine } from '../writing/engine.ts';
import { unknownFlowRun } from '../writing/moveFlowRunBatch.ts';
import { checkJobVariables } from './checkJobVariables.ts';

/** Missing fields stay unchanged. */
export interface UpdateFlowRun extends Keyed {
  flowRunId: string;
  /** Null or empty for two random words. */
  name?: string | null;
  flowVersion?: string | null;
  parameters?: JsonObject | null;
  tags?: string[] | null;
  infrastructurePid?: string | null;
  jobVariables?: JsonObject | null;
  /** Merged into the run's policy. */
  policy?: Partial<Pick<FlowRunPolicy, 'retries' | 'retryDelaySeconds'>> | null;
}

/**
 * Changes fields of a flow run other than its state and its labels.
 * Source: Prefect 3, server/api/flow_runs.py, update_flow_run.
 */
export const updateFlowRun = (engine: Engine, viewer: Viewer, input: UpdateFlowRun): Promise<{ flowRun: FlowRun }> =>
  changeFlowRun(engine, viewer, 'updateFlowRun', input);

export async function changeFlowRun(
  engine: Engine,
  viewer: Viewer,
  operation: string,
  input: UpdateFlowRun,
): Promise<{ flowRun: FlowRun }> {
  check(input);
  const { flowRunId } = input;
  const { tenantId } = viewer;
  await answerOnce(engine.database, keyedRequest(viewer, operation, input), async (transaction) => {
    const locked = (await lockFlowRuns(transaction, [flowRunId])).get(flowRunId);
    if (!locked || locked.run.tenantId !== tenantId) throw unknownFlowRun(flowRunId);
    const { run } = locked;
    if (input.jobVariables) await checkJobVariables(transaction, run, input.jobVariables);
    await updateFlowRunColumns(transaction, flowRunId, columns(input, run.policy));
    return { flowRunId };
  });
  engine.streams.announce([`flowRunChanges:${tenantId}`]);
  const [flowRun] = await flowRunsById(engine.database, tenantId, [flowRunId]);
  if (!flowRun) throw unknownFlowRun(flowRunId);
  return { flowRun };
}

function check({ name, flowVersion, parameters, tags, infrastructurePid, jobVariables, policy }: UpdateFlowRun): void {
  if (name) checkName('name', name);
  if (flowVersion) checkName('flowVersion', flowVersion);
  if (parameters) checkParameters('parameters', parameters);
  if (tags) checkTags('tags', tags);
  if (infrastructurePid) checkName('infrastructurePid', infrastructurePid);
  if (jobVariables) checkJson('jobVariables', jobVariables);
  if (policy) checkFlowRunPolicy('policy', policy);
}

function columns(input: UpdateFlowRun, policy: FlowRunPolicy): FlowRunUpdate {
  return {
    ...(input.name !== undefined && { name: input.name || runName(Math.random) }),
    ...(input.flowVersion !== undefined && { flowVersion: input.flowVersion }),
    ...(input.infrastructurePid !== undefined && { infrastructurePid: input.infrastructurePid }),
    ...(input.parameters && { parameters: input.parameters }),
    ...(input.tags && { tags: input.tags }),
    ...(input.jobVariables && { jobVariables: input.jobVariables }),
    ...(input.policy && { policy: { ...policy, ...input.policy } }),
  };
}
