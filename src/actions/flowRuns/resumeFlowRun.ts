import { checkJson } from '../../core/checks/checkJson.ts';
import { checkInputKey } from '../../core/checks/checkText.ts';
import type { FlowRunState, State } from '../../core/runs/state.ts';
import type { JsonObject } from '../../core/values/jsonObject.ts';
import { Problem } from '../../core/values/problem.ts';
import { roughSize } from '../../core/values/roughSize.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import { writeJson } from '../../core/values/writeJson.ts';
import { violates } from '../../store/connection/databaseErrors.ts';
import type { NewFlowRunInput } from '../../store/flowRuns/flowRunInputs.ts';
import { flowRunInputByKey } from '../../store/flowRuns/flowRunInputs.ts';
import { flowRunStatesById } from '../../store/flowRuns/flowRunStates.ts';
import { flowRunsById } from '../../store/flowRuns/flowRuns.ts';
import { type Keyed, keyedRequest } from '../writing/answerBook.ts';
import { inputExists } from '../writing/createFlowRunInputBatch.ts';
import type { Engine } from '../writing/engine.ts';
import { type FlowRunMoveJob, unknownFlowRun } from '../writing/moveFlowRunBatch.ts';
import type { MoveOutcome, Refusal } from '../writing/moveOutcome.ts';
import { newId } from '../writing/newId.ts';
import { hydrateRunInput, validateRunInput } from './runInput.ts';
import { moveFlowRun } from './setFlowRunState.ts';
import { runInputAttachment } from './storeRunInputs.ts';

export interface ResumeFlowRun extends Keyed {
  flowRunId: string;
  /** The input that the paused run waits for. Ignored if it waits for none. */
  runInput?: JsonObject | null;
}

/** The result of resuming a run that is in this state. */
interface Plan {
  state: State;
  refusal: Refusal | null;
  input: NewFlowRunInput | null;
}

const MAX_TRIES = 5;

/**
 * Resumes a paused run: a blocking pause to RUNNING, a suspended run to SCHEDULED with the name Resuming. If the pause
 * waits for input, the input is checked against the pause's schema and stored in the same transaction as the new state.
 * Source: Prefect 3, server/api/flow_runs.py, resume_flow_run.
 */
export async function resumeFlowRun(
  engine: Engine,
  viewer: Viewer,
  input: ResumeFlowRun,
): Promise<MoveOutcome<FlowRunState>> {
  checkJson('runInput', input.runInput ?? {});
  const movedOn = new Problem('UNAVAILABLE', 'The flow run keeps changing its state; retry the request.');
  for (let tries = 1; ; tries += 1) {
    const plan = await planResume(engine, viewer, input);
    try {
      const job: FlowRunMoveJob & { tenantId: string } = {
        tenantId: viewer.tenantId,
        flowRunId: input.flowRunId,
        propose: ({ initial }) => (initial.id === plan.state.id ? (plan.refusal ?? resumption(plan.state)) : movedOn),
        expectedVersion: null,
        request: keyedRequest(viewer, 'resumeFlowRun', input),
        attachment: plan.input && runInputAttachment.attach(plan.input),
      };
      return await moveFlowRun(engine, job, roughSize(plan.input));
    } catch (error) {
      if (violates(error, 'flow_run_input_flow_run_id_key_key')) throw inputExists();
      if (error !== movedOn || tries === MAX_TRIES) throw error;
    }
  }
}

const resumption = ({ details }: State) =>
  details.pauseReschedule
    ? ({ state: { type: 'SCHEDULED', name: 'Resuming' }, force: false } as const)
    : ({ state: { type: 'RUNNING' }, force: false } as const);

async function planResume({ database }: Engine, viewer: Viewer, { flowRunId, runInput }: ResumeFlowRun): Promise<Plan> {
  const [run] = await flowRunsById(database, viewer.tenantId, [flowRunId]);
  const [state] = run ? await flowRunStatesById(database, viewer.tenantId, [run.stateId]) : [];
  if (!state) throw unknownFlowRun(flowRunId);
  const refuse = (verdict: Refusal['verdict'], reason: string): Plan => ({
    state,
    refusal: { verdict, reason },
    input: null,
  });
  if (state.type !== 'PAUSED') return refuse('ABORT', 'Cannot resume a flow run that is not paused.');
  const keyset = state.details.runInputKeyset ?? {};
  if (Object.keys(keyset).length === 0) return { state, refusal: null, input: null };

  const hydrated = hydrateRunInput('run input', runInput ?? {});
  if ('reason' in hydrated) return refuse('REJECT', hydrated.reason);
  checkJson('runInput', hydrated.value);
  const schema = keyset.schema ? await flowRunInputByKey(database, viewer.tenantId, flowRunId, keyset.schema) : null;
  if (!schema) return refuse('REJECT', 'Run input schema not found.');
  const fault = validateRunInput(schema.value, hydrated.value);
  if (fault !== null) return refuse('REJECT', fault);
  if (Object.keys(hydrated.value).length === 0) return { state, refusal: null, input: null };
  // Otherwise the run would continue without the input that it waits for.
  if (!keyset.response) return refuse('REJECT', 'Run input response key not found.');
  checkInputKey('runInputKeyset.response', keyset.response);
  const input = { id: newId(), flowRunId, key: keyset.response, value: writeJson(hydrated.value), sender: null };
  return { state, refusal: null, input };
}
