import type { SerializedState, StateRequest, StateType } from '../runs/state.ts';
import { addSeconds, type Instant } from '../values/instant.ts';
import type { Json } from '../values/jsonObject.ts';
import { Problem, problemOf } from '../values/problem.ts';
import { sameJson } from '../values/sameJson.ts';
import { fromPrefect1 } from './prefect1States.ts';
import { PREFECT_1_DESCENDANTS } from './prefect1StateTree.ts';
import { isTooLarge, normaliseState, withCachedInputs } from './serializedState.ts';

// The policy for states that Prefect 1 clients set: any state may follow any other. The few exceptions are errors, not
// verdicts, and their messages are Prefect's. Source: prefect_server, api/states.py.

/** A submitted run cannot be submitted again for this long: the second agent was too late. */
export const SUBMITTED_FOR_SECONDS = 30;

const RUNNING = PREFECT_1_DESCENDANTS.Running;
export const PREFECT_1_FINISHED = PREFECT_1_DESCENDANTS.Finished;
/** The states in which a run waits until it is due. */
export const PREFECT_1_SCHEDULED = [...PREFECT_1_DESCENDANTS.Scheduled, 'Queued'];

/** The result for a run: a state to write, an error, or null if the run is already in this state. */
export type Prefect1Proposal = StateRequest | Problem | null;

interface Current {
  current: SerializedState;
  now: Instant;
}

export interface FlowRunAsked extends Current {
  flowRunId: string;
  /** When the run was last submitted, if that was in the last 30 seconds. */
  submittedAt: Instant | null;
}

/**
 * Returns the state to write for a flow run. A state equal to the current one is a retry after a lost response, and is
 * not written again. `Submitted` is different: two agents send equal states, and the second one gets an error.
 */
export function proposeFlowRunState({ current, now, submittedAt }: FlowRunAsked, sent: Json): Prefect1Proposal {
  const asked = read(sent, current, now);
  if (asked instanceof Problem) return asked;
  if (asked.className === 'Submitted') {
    return submittedAt !== null && now < addSeconds(submittedAt, SUBMITTED_FOR_SECONDS)
      ? new Problem('FAILED_PRECONDITION', 'State update failed: this run has already been submitted.')
      : requestOf(asked);
  }
  return sameJson(asked.serialized, current.serialized) ? null : requestOf(asked);
}

export interface TaskRunAsked extends Current {
  taskRunId: string;
  flowRun: { id: string; stateType: StateType } | null;
}

/** Returns the state to write for a task run. A running state requires a running flow run. */
export function proposeTaskRunState(run: TaskRunAsked, sent: Json): Prefect1Proposal {
  const asked = read(sent, run.current, run.now, (state) => withCachedInputs(state, run.current));
  if (asked instanceof Problem) return asked;
  if (sameJson(asked.serialized, run.current.serialized)) return null;
  if (RUNNING.includes(asked.className) && run.flowRun?.stateType !== 'RUNNING') {
    const [id, around] = [run.taskRunId, run.flowRun?.id];
    return new Problem(
      'FAILED_PRECONDITION',
      `State update failed for task run ID ${id}: provided a running state but associated flow run ${around} is not in a running state.`,
    );
  }
  return requestOf(asked);
}

/** Returns the next state of a flow run to be cancelled; null if it has ended, or already is in that state. */
export function proposeCancellation({ current, now }: Current, message: string | null): Prefect1Proposal {
  if (PREFECT_1_FINISHED.includes(current.className)) return null;
  const type = RUNNING.includes(current.className) ? 'Cancelling' : 'Cancelled';
  const says = type === 'Cancelling' ? 'Flow run is cancelling' : 'Flow run is cancelled';
  const asked = normaliseState({ type, message: message ?? says }, now);
  return sameJson(asked.serialized, current.serialized) ? null : requestOf(asked);
}

/**
 * Completes the state that a client sent. If the client left the start time to the server, the start time of the
 * current state is tried first, so that a repeated state is recognised.
 */
function read(
  sent: Json,
  current: SerializedState,
  now: Instant,
  carryOn: (state: SerializedState) => SerializedState = (state) => state,
): SerializedState | Problem {
  try {
    if (isTooLarge(sent)) return new Problem('PAYLOAD_TOO_LARGE', 'State payload is too large.');
    const repeated = carryOn(normaliseState(sent, current.startTime ?? now));
    return sameJson(repeated.serialized, current.serialized) ? repeated : carryOn(normaliseState(sent, now));
  } catch (problem) {
    return problemOf(problem);
  }
}

/** Converts a Prefect 1 state to a request for the writer. */
export function requestOf(asked: SerializedState): StateRequest {
  const { message } = asked.serialized;
  return {
    ...fromPrefect1(asked.className),
    message: typeof message === 'string' ? message : null,
    details: { scheduledTime: asked.startTime },
    prefect1: asked,
  };
}

const FLOW_RUN_BEATS = [...RUNNING, 'Submitted'];

/** Whether entering a state counts as a heartbeat of its run. */
export const beatsFlowRun = (state: SerializedState | null): boolean =>
  state !== null && FLOW_RUN_BEATS.includes(state.className);
export const beatsTaskRun = (state: SerializedState | null): boolean =>
  state !== null && RUNNING.includes(state.className);
