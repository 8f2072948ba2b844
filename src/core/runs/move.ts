import type { DeploymentLimit, PlaceLimit, TagLimit } from '../concurrency/concurrency.ts';
import type { Instant } from '../values/instant.ts';
import type { FlowRun, FlowRunPolicy, Run, TaskRun } from './run.ts';
import type { ProposedState, SerializedState, State, StateDetails, StateType } from './state.ts';

/** The facts that rules read. Rules are pure: ids, time and randomness are facts, too. */
interface MoveFacts {
  now: Instant;
  /** Null for a run that is being created. */
  initial: State | null;
  proposed: ProposedState;
  force: boolean;
  /** Whether Prefect 1 clients know this run. */
  prefect1: boolean;
  /** Returns a new id. A rule calls it for each state that replaces the proposed one. */
  newId: () => string;
  /** Uniform in [0, 1), for the jitter of retries. */
  random: number;
  /** Whether the run holds slots of concurrency limits, including expired ones. Default false. */
  holdsSlots?: boolean;
}

/** The fields of a flow run that no rule reads. */
export const FLOW_RUN_CONTENT = ['parameters', 'context', 'jobVariables', 'tags', 'labels'] as const;
/** The fields of a task run that no rule reads. */
export const TASK_RUN_CONTENT = ['taskInputs', 'tags', 'labels'] as const;

/** A run as rules see it: without its content. */
export type FlowRunFacts = Omit<FlowRun, (typeof FLOW_RUN_CONTENT)[number]>;
export type TaskRunFacts = Omit<TaskRun, (typeof TASK_RUN_CONTENT)[number]>;

export interface FlowRunMove extends MoveFacts {
  kind: 'flow_run';
  run: FlowRunFacts;
  /** The limit of the run's deployment, with its slots counted; null or missing if there is none. */
  deploymentLimit?: DeploymentLimit | null;
  /** Whether the run's deployment has been deleted. */
  deploymentIsGone?: boolean;
  /** The limits of the run's work queue and work pool, with the active runs counted; missing if there are none. */
  placeLimits?: readonly PlaceLimit[];
}

export interface TaskRunMove extends MoveFacts {
  kind: 'task_run';
  run: TaskRunFacts;
  /** The enclosing flow run, read when the task run was locked; null for a task run without a flow run. */
  flowRun: { id: string; stateType: StateType; details: StateDetails; runCount: number } | null;
  /** The newest valid COMPLETED state for the proposed state's cache key; null if there is none, or no key. */
  cached: State | null;
  /** The limits of the run's tags, with their slots counted; missing if there are none. */
  tagLimits?: readonly TagLimit[];
}

export type Move = FlowRunMove | TaskRunMove;

export type Verdict = 'ACCEPT' | 'REJECT' | 'ABORT' | 'WAIT';

/** What the transaction must do in addition to writing the state. */
export type Effect =
  /** Forces the parent task run of a subflow into this state. */
  | { kind: 'moveParentTaskRun'; taskRunId: string; state: ProposedState }
  /** Caches a COMPLETED state for task runs with this cache key. */
  | { kind: 'cacheState'; cacheKey: string; cacheExpiration: Instant | null; stateId: string }
  /** Takes a slot of a limit, or extends the slot with this id. */
  | { kind: 'takeSlot'; slotId: string; limitId: string; expires: Instant | null }
  /** Releases all slots of the run. */
  | { kind: 'releaseSlots' };

/** The columns of a run that a transition may change. */
export type RunChanges = Pick<
  Run,
  | 'stateId'
  | 'stateType'
  | 'stateName'
  | 'stateTimestamp'
  | 'runCount'
  | 'expectedStartTime'
  | 'nextScheduledStartTime'
  | 'startTime'
  | 'endTime'
  | 'totalRunTimeSeconds'
>;
export type FlowRunChanges = RunChanges & { policy: FlowRunPolicy };
export type TaskRunChanges = RunChanges & { flowRunRunCount: number };

export interface Decision<Changes = FlowRunChanges | TaskRunChanges> {
  verdict: Verdict;
  /** The name of the rule that decided; null if all rules accepted the move. */
  rule: string | null;
  reason: string | null;
  /** Only with WAIT. */
  retryAfterSeconds: number | null;
  /** What to write; null if the run stays unchanged. */
  write: { state: ProposedState; changes: Changes; effects: Effect[] } | null;
}

/** The current state of a run, apart from its Prefect 1 form, which no rule reads. */
export interface CurrentState {
  initial: State;
  /** The state as Prefect 1 clients read it; null if no Prefect 1 client knows the run. */
  prefect1: SerializedState | null;
}

export const currentState = ({ prefect1, ...state }: ProposedState, version: number): CurrentState => ({
  initial: { ...state, version },
  prefect1,
});

/**
 * Returns a run as it is after a state was written; the next move starts from there. Without changes, the state goes to the
 * history only.
 */
export function afterMove<Before extends CurrentState & { run: object }>(
  before: Before,
  { version, state, changes }: { version: number; state: ProposedState; changes: RunChanges | null },
): Before {
  const run = { ...before.run, ...changes, version };
  return { ...before, ...(changes && currentState(state, version)), run };
}
