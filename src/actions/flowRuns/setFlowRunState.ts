import { checkStateRequest } from '../../core/checks/checkStateRequest.ts';
import type { FlowRunState, StateRequest } from '../../core/runs/state.ts';
import { roughSize } from '../../core/values/roughSize.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import { flowRunStatesById } from '../../store/flowRuns/flowRunStates.ts';
import { type Keyed, keyedRequest } from '../writing/answerBook.ts';
import type { Engine } from '../writing/engine.ts';
import type { FlowRunMoveJob } from '../writing/moveFlowRunBatch.ts';
import type { MoveOutcome } from '../writing/moveOutcome.ts';

export interface SetFlowRunState extends Keyed {
  flowRunId: string;
  state: StateRequest;
  /** Skips all rules except those of the minimal policy. Default false. */
  force?: boolean | null;
  /** VERSION_CONFLICT unless the run has this version. */
  expectedVersion?: number | null;
}

/** Proposes a state for a flow run. The verdict says whether it was accepted. NOT_FOUND if the run does not exist. */
export async function setFlowRunState(
  engine: Engine,
  viewer: Viewer,
  input: SetFlowRunState,
): Promise<MoveOutcome<FlowRunState>> {
  checkStateRequest('state', input.state);
  const job: FlowRunMoveJob & { tenantId: string } = {
    tenantId: viewer.tenantId,
    flowRunId: input.flowRunId,
    propose: () => ({ state: input.state, force: input.force ?? false }),
    expectedVersion: input.expectedVersion ?? null,
    request: keyedRequest(viewer, 'setFlowRunState', input),
  };
  return moveFlowRun(engine, job, roughSize(input.state));
}

/**
 * Submits a move to the writer, and reads the run's state if the move wrote none.
 * @param bytes the approximate size of the move
 */
export async function moveFlowRun(
  engine: Engine,
  job: FlowRunMoveJob & { tenantId: string },
  bytes: number,
): Promise<MoveOutcome<FlowRunState>> {
  const { answer, state } = await engine.writer.flowRunMoves.submit(job, bytes);
  const { stateId, ...outcome } = answer;
  if (state) return { ...outcome, state };
  const [current] = await flowRunStatesById(engine.database, job.tenantId, [stateId]);
  if (!current) throw new Error(`state ${stateId} of flow run ${job.flowRunId} is gone`);
  return { ...outcome, state: current };
}
