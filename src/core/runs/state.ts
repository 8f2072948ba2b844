import type { Instant } from '../values/instant.ts';
import type { Json, JsonObject } from '../values/jsonObject.ts';

/**
 * The nine types of a state. A final state ends a run.
 * Source: Prefect 3, server/schemas/states.py, StateType and TERMINAL_STATES.
 */
const TYPES = {
  SCHEDULED: { final: false },
  PENDING: { final: false },
  RUNNING: { final: false },
  COMPLETED: { final: true },
  FAILED: { final: true },
  CANCELLED: { final: true },
  CRASHED: { final: true },
  PAUSED: { final: false },
  CANCELLING: { final: false },
} as const;

export type StateType = keyof typeof TYPES;
export const STATE_TYPES = Object.keys(TYPES) as StateType[];
export const FINAL_STATE_TYPES = STATE_TYPES.filter((type) => TYPES[type].final);
export const isFinal = (type: StateType): boolean => TYPES[type].final;

/** Facts about a state in addition to its type and name. Source: Prefect 3, states.py, StateDetails. */
export interface StateDetails {
  flowRunId: string | null;
  taskRunId: string | null;
  childFlowRunId: string | null;
  /** When a scheduled run is due. */
  scheduledTime: Instant | null;
  cacheKey: string | null;
  cacheExpiration: Instant | null;
  /** Marks a background task, which has a policy of its own. */
  deferred: boolean | null;
  untrackableResult: boolean;
  pauseTimeout: Instant | null;
  /** Whether the run is suspended: its infrastructure exits, and resuming schedules the run again. */
  pauseReschedule: boolean;
  pauseKey: string | null;
  runInputKeyset: { [use: string]: string } | null;
  refreshCache: boolean | null;
  /** `false` prevents the retry of a failed task run; null and `true` do not. */
  retriable: boolean | null;
  transitionId: string | null;
  taskParametersId: string | null;
  traceparent: string | null;
  deploymentConcurrencyLeaseId: string | null;
}

export const NO_DETAILS: Readonly<StateDetails> = Object.freeze({
  flowRunId: null,
  taskRunId: null,
  childFlowRunId: null,
  scheduledTime: null,
  cacheKey: null,
  cacheExpiration: null,
  deferred: null,
  untrackableResult: false,
  pauseTimeout: null,
  pauseReschedule: false,
  pauseKey: null,
  runInputKeyset: null,
  refreshCache: null,
  retriable: null,
  transitionId: null,
  taskParametersId: null,
  traceparent: null,
  deploymentConcurrencyLeaseId: null,
});

/** The 21 state classes of Prefect 1 clients; prefect1States.ts maps them to types and names. */
export type Prefect1State =
  | 'Pending'
  | 'Submitted'
  | 'Scheduled'
  | 'Resume'
  | 'Retrying'
  | 'Queued'
  | 'Paused'
  | 'Running'
  | 'Cancelling'
  | 'Finished'
  | 'Looped'
  | 'Success'
  | 'Cached'
  | 'Mapped'
  | 'Skipped'
  | 'Cancelled'
  | 'Failed'
  | 'TimedOut'
  | 'TriggerFailed'
  | 'ValidationFailed'
  | 'ClientFailed';

/** A state as a Prefect 1 client writes and reads it (serializedState.ts). */
export interface SerializedState {
  className: Prefect1State;
  serialized: JsonObject;
  /** When a run in this state is due; null for classes without a start time. */
  startTime: Instant | null;
}

/**
 * A state as a caller requests it. `proposeState` completes the name and the scheduled time; id and timestamp are the
 * server's.
 */
export interface StateRequest {
  type: StateType;
  name?: string | null;
  message?: string | null;
  data?: Json;
  details?: Partial<StateDetails>;
  /** The serialized state that a Prefect 1 client sent. If it is set, the Prefect 1 policy applies. */
  prefect1?: SerializedState | null;
}

/** A state to be written, before it has a version. */
export interface ProposedState {
  id: string;
  type: StateType;
  name: string;
  timestamp: Instant;
  message: string | null;
  data: Json;
  details: StateDetails;
  /** Null for runs that Prefect 1 clients do not know. */
  prefect1: SerializedState | null;
}

/** A state as rules see it, without its serialized form, which is read only on request. */
export type PlainState = Omit<ProposedState, 'prefect1'>;

/** A state in a run's history. */
export interface State extends PlainState {
  /** The number of this state in its run's history: 1, 2, 3, ... */
  version: number;
}

export interface FlowRunState extends State {
  flowRunId: string;
}

export interface TaskRunState extends State {
  taskRunId: string;
  /** Null for a task run without a flow run. */
  flowRunId: string | null;
  /** The number of this state among the states of all task runs of its flow run, in commit order: 1, 2, 3, ... */
  position: number | null;
  /** Whether a newer state was already known when this one was reported: it is in the history, but never current. */
  outOfOrder: boolean;
}

/** Returns the default name of a state: `Cancelling` for `CANCELLING`. Source: Prefect 3, states.py:166-174. */
export const defaultStateName = (type: StateType): string => type[0] + type.slice(1).toLowerCase();

/** Completes a request with the default name and, for a SCHEDULED state without a scheduled time, with now. */
export function proposeState(request: StateRequest, id: string, now: Instant): ProposedState {
  const details = { ...NO_DETAILS, ...request.details };
  if (request.type === 'SCHEDULED') details.scheduledTime ??= now;
  return {
    id,
    type: request.type,
    name: request.name ?? defaultStateName(request.type),
    timestamp: now,
    message: request.message ?? null,
    data: request.data ?? null,
    details,
    prefect1: request.prefect1 ?? null,
  };
}
