import { checkStateRequest } from '../../core/checks/checkStateRequest.ts';
import type { StateRequest, TaskRunState } from '../../core/runs/state.ts';
import { roughSize } from '../../core/values/roughSize.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import { taskRunStatesById } from '../../store/taskRuns/taskRunStates.ts';
import { type Keyed, keyedRequest } from '../writing/answerBook.ts';
import type { Engine } from '../writing/engine.ts';
import type { MoveOutcome } from '../writing/moveOutcome.ts';
import { cacheKeyOf, type TaskRunMoveJob } from '../writing/moveTaskRunBatch.ts';

export interface SetTaskRunState extends Keyed {
  taskRunId: string;
  state: StateRequest;
  /** Skips all rules except those of the minimal policy. Default false. */
  force?: boolean | null;
  /** VERSION_CONFLICT unless the run has this version. */
  expectedVersion?: number | null;
}

/** Proposes a state for a task run. The verdict says whether it was accepted. NOT_FOUND if the run does not exist. */
export async function setTaskRunState(
  engine: Engine,
  viewer: Viewer,
  input: SetTaskRunState,
): Promise<MoveOutcome<TaskRunState>> {
  checkStateRequest('state', input.state);
  const job: TaskRunMoveJob = {
    tenantId: viewer.tenantId,
    taskRunId: input.taskRunId,
    propose: () => ({ state: input.state, force: input.force ?? false }),
    cacheKey: cacheKeyOf(input.state),
    expectedVersion: input.expectedVersion ?? null,
    request: keyedRequest(viewer, 'setTaskRunState', input),
  };
  const { answer, state } = await engine.writer.taskRunMoves.submit(job, roughSize(input.state));
  const { stateId, ...outcome } = answer;
  if (state) return { ...outcome, state };
  const [current] = await taskRunStatesById(engine.database, viewer.tenantId, [stateId]);
  if (!current) throw new Error(`state ${stateId} of task run ${input.taskRunId} is gone`);
  return { ...outcome, state: current };
}
