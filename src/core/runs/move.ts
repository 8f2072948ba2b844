import type { DeploymentLimit, TagLimit } from '../concurrency/concurrency.ts';
import type { Instant } from '../values/instant.ts';
import type { FlowRun, FlowRunPolicy, Run, TaskRun } from './run.ts';
import type { ProposedState, State, StateDetails, StateType } from './state.ts';

/** Everything that a rule may know. Rules read facts and touch nothing; ids, time and randomness come with the facts. */
interface MoveFacts {
  now: Instant;
  /** Null for a run that is being created. */
  initial: State | null;
  proposed: ProposedState;
  force: boolean;
  /** Whether Prefect 1 clients know this run. */
  prefect1: boolean;
  /** Fresh ids for states that a rule writes in place of the proposed one; a rule takes what it needs. */
  newId: () => string;
  /** Uniform in [0, 1), for the jitter of retries. */
  random: number;
  /** Whether the run holds slots of concurrency limits, expired ones included. Left out, it holds none. */
  holdsSlots?: boolean;
}

/** A run as rules see it: its row without the wide columns, which no rule asks for. */
export type FlowRunFacts = Omit<FlowRun, 'parameters' | 'context' | 'jobVariables' | 'tags' | 'labels'>;
export type TaskRunFacts = Omit<TaskRun, 'taskInputs' | 'tags' | 'labels'>;

export interface FlowRunMove extends MoveFacts {
  kind: 'flow_run';
  run: FlowRunFacts;
  /** The limit of the run's deployment, with its slots counted; null or left out where there is none. */
  deploymentLimit?: DeploymentLimit | null;
  /** Whether the run's deployment has been deleted. */
  deploymentIsGone?: boolean;
}

export interface TaskRunMove extends MoveFacts {
  kind: 'task_run';
  run: TaskRunFacts;
  /** The enclosing flow run as it stood when the task run was locked; null for a task run of its own. */
  flowRun: { id: string; stateType: StateType; details: StateDetails; runCount: number } | null;
  /** The newest valid completed state of the proposed state's cache key; null where none is, or none was asked for. */
  cached: State | null;
  /** The limits of the run's tags, with their slots counted; left out where there are none. */
  tagLimits?: readonly TagLimit[];
}

export type Move = FlowRunMove | TaskRunMove;

export type Verdict = 'ACCEPT' | 'REJECT' | 'ABORT' | 'WAIT';

/** What must happen beside writing the state, in the same transaction. */
export type Effect =
  /** The parent task run of a subflow follows its child: this state, by force. */
  | { kind: 'moveParentTaskRun'; taskRunId: string; state: ProposedState }
  /** A completed state may be used again by task runs with this cache key. */
  | { kind: 'cacheState'; cacheKey: string; cacheExpiration: Instant | null; stateId: string }
  /** The run takes a slot of a limit, or keeps the one with this id for longer. */
  | { kind: 'takeSlot'; slotId: string; limitId: string; expires: Instant | null }
  /** The run gives back all slots that it holds. */
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
  /** The rule that decided, by name; null where every rule let the move pass. */
  rule: string | null;
  reason: string | null;
  /** Only with WAIT. */
  retryAfterSeconds: number | null;
  /** What is to be written, or null where nothing is: the run then stays as it is, and `changes` is null too. */
  write: { state: ProposedState; changes: Changes; effects: Effect[] } | null;
}
