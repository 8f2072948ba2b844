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
  /** Asks only the few rules that hold even then. Default false. */
  force?: boolean | null;
  /** Refuses with VERSION_CONFLICT unless the run's version is this one. */
  expectedVersion?: number | null;
}

/** Proposes a state for a flow run. Whether it was taken is in the verdict; NOT_FOUND where there is no such run. */
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

/** Hands a move of so many bytes to the writer, and reads the run's state where the move wrote none. */
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
