import type { SerializedState, StateRequest, StateType } from '../runs/state.ts';
import { addSeconds, type Instant } from '../values/instant.ts';
import type { Json } from '../values/jsonObject.ts';
import { Problem, problemOf } from '../values/problem.ts';
import { sameJson } from '../values/sameJson.ts';
import { fromPrefect1 } from './prefect1States.ts';
import { PREFECT_1_DESCENDANTS } from './prefect1StateTree.ts';
import { isTooLarge, normaliseState, withCachedInputs } from './serializedState.ts';

// What Prefect 1 asks of a state that a client sets: next to nothing. Any state may follow any other; the few exceptions
// are errors, not verdicts. Source: prefect_server, api/states.py.

/** A run that has been submitted is not submitted again so soon: its second agent came too late. */
export const SUBMITTED_FOR_SECONDS = 30;

const RUNNING = PREFECT_1_DESCENDANTS.Running;
export const PREFECT_1_FINISHED = PREFECT_1_DESCENDANTS.Finished;
/** The states in which a run waits for its time. */
export const PREFECT_1_SCHEDULED = [...PREFECT_1_DESCENDANTS.Scheduled, 'Queued'];

/** What is asked of a run: a state to write, or null where it stands in this very state already. */
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
 * The state of a flow run as a client sent it. A state equal to the current one was sent again because its answer was
 * lost; it is not written twice. A run that is submitted twice is another matter: two agents send the same words.
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

/** The state of a task run as a client sent it: one that runs, runs in a flow run that runs. */
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

/** The next state of a flow run that is to be cancelled; null where it has ended, or is being cancelled already. */
export function proposeCancellation({ current, now }: Current, message: string | null): Prefect1Proposal {
  if (PREFECT_1_FINISHED.includes(current.className)) return null;
  const type = RUNNING.includes(current.className) ? 'Cancelling' : 'Cancelled';
  const says = type === 'Cancelling' ? 'Flow run is cancelling' : 'Flow run is cancelled';
  const asked = normaliseState({ type, message: message ?? says }, now);
  return sameJson(asked.serialized, current.serialized) ? null : requestOf(asked);
}

/**
 * The state that was sent, with its gaps filled. A start that the client left to the server is the one that the current
 * state has, so that the same state sent again is found to be the same.
 */
function read(
  sent: Json,
  current: SerializedState,
  now: Instant,
  carryOn: (state: SerializedState) => SerializedState = (state) => state,
): SerializedState | Problem {
  if (isTooLarge(sent)) return new Problem('PAYLOAD_TOO_LARGE', 'State payload is too large.');
  try {
    const repeated = carryOn(normaliseState(sent, current.startTime ?? now));
    return sameJson(repeated.serialized, current.serialized) ? repeated : carryOn(normaliseState(sent, now));
  } catch (problem) {
    return problemOf(problem);
  }
}

/** A state in a client's words as the shared writing path takes it. */
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

/** Whether entering a state is a sign of life of its run. */
export const beatsFlowRun = (state: SerializedState | null): boolean =>
  state !== null && FLOW_RUN_BEATS.includes(state.className);
export const beatsTaskRun = (state: SerializedState | null): boolean =>
  state !== null && RUNNING.includes(state.className);
