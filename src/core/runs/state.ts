import type { Instant } from '../values/instant.ts';
import type { Json, JsonObject } from '../values/jsonObject.ts';

/**
 * The nine types of a state. `final` ends a run; what is not final may go on.
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

/** What a state knows beside its type and name. Absent is null. Source: Prefect 3, states.py, StateDetails. */
export interface StateDetails {
  flowRunId: string | null;
  taskRunId: string | null;
  childFlowRunId: string | null;
  /** When a scheduled run is due. */
  scheduledTime: Instant | null;
  cacheKey: string | null;
  cacheExpiration: Instant | null;
  /** A background task: chooses the background policy. */
  deferred: boolean | null;
  untrackableResult: boolean;
  pauseTimeout: Instant | null;
  /** A suspended run: its infrastructure exits, and a resume schedules it again. */
  pauseReschedule: boolean;
  pauseKey: string | null;
  runInputKeyset: { [use: string]: string } | null;
  refreshCache: boolean | null;
  /** Only `false` keeps a failed task run from being retried. */
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

/** The classes of states that Prefect 1 clients know, 21 of them; prefect1States.ts says what each means here. */
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
  /** When a run in this state is due, for the classes that say so. */
  startTime: Instant | null;
}

/** What a caller asks for. Name and scheduled time are filled in by `proposeState`; the server gives id and timestamp. */
export interface StateRequest {
  type: StateType;
  name?: string | null;
  message?: string | null;
  data?: Json;
  details?: Partial<StateDetails>;
  /** Where a Prefect 1 client asks: the state in its own words. It then goes by the Prefect 1 policy. */
  prefect1?: SerializedState | null;
}

/** A state that is to be written: all but its place in the history. */
export interface ProposedState {
  id: string;
  type: StateType;
  name: string;
  timestamp: Instant;
  message: string | null;
  data: Json;
  details: StateDetails;
  /** Null for the states of runs that no Prefect 1 client knows. */
  prefect1: SerializedState | null;
}

/** A state as rules see it. Its serialized form is read only where it is asked for. */
export type PlainState = Omit<ProposedState, 'prefect1'>;

/** A state as it stands in a run's history. */
export interface State extends PlainState {
  /** The number of this state in its run's history: 1, 2, 3, ... */
  version: number;
}

export interface FlowRunState extends State {
  flowRunId: string;
}

export interface TaskRunState extends State {
  taskRunId: string;
  /** Null for a task run of its own. */
  flowRunId: string | null;
  /** The number of this state among those of all task runs of its flow run: 1, 2, 3, ... in commit order. */
  position: number | null;
  /** Reported after a newer state was known: kept in the history, never the run's state. */
  outOfOrder: boolean;
}

/** `CANCELLING` becomes `Cancelling`: the name of a state that was given none (Prefect 3, states.py:166-174). */
export const defaultStateName = (type: StateType): string => type[0] + type.slice(1).toLowerCase();

/** Completes what a caller asked for: the default name, and now as the time of a scheduled state that names none. */
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
