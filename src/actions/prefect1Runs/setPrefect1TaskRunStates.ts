import { type Prefect1Proposal, proposeTaskRunState } from '../../core/prefect1/prefect1Policy.ts';
import type { Json } from '../../core/values/jsonObject.ts';
import { Problem } from '../../core/values/problem.ts';
import { roughSize } from '../../core/values/roughSize.ts';
import { type Viewer, visibleTenant } from '../../core/values/viewer.ts';
import type { LockedTaskRun } from '../../store/taskRuns/lockTaskRuns.ts';
import type { Engine } from '../writing/engine.ts';
import { settleAll } from '../writing/settleAll.ts';
import { prefect1TaskRunMove } from './prefect1TaskRunMove.ts';
import { asProposal } from './setPrefect1FlowRunStates.ts';

export interface SetPrefect1TaskRunState {
  taskRunId: string;
  /** The state as Prefect 1 serializes it. */
  state: Json;
}

/**
 * Sets states of task runs as Prefect 1 clients do. Each state succeeds or fails alone; the first failure is thrown
 * when all are settled.
 * Source: prefect_server, api/states.py, set_task_run_state.
 */
export async function setPrefect1TaskRunStates(
  { writer }: Engine,
  viewer: Viewer,
  states: readonly SetPrefect1TaskRunState[],
): Promise<void> {
  await settleAll(
    states.map(({ taskRunId, state }) =>
      writer.taskRunMoves.submit(
        prefect1TaskRunMove(taskRunId, (run) => asProposal(proposeTo(taskRunId, run, state)), visibleTenant(viewer)),
        roughSize(state),
      ),
    ),
    'NOT_FOUND',
    (index) => `State update failed for task run ID ${states[index]?.taskRunId}`,
  );
}

function proposeTo(taskRunId: string, { prefect1, now, flowRun }: LockedTaskRun, state: Json): Prefect1Proposal {
  if (prefect1 === null) return new Problem('NOT_FOUND', `Task run with id ${taskRunId} not found`);
  return proposeTaskRunState({ taskRunId, current: prefect1, now, flowRun }, state);
}
