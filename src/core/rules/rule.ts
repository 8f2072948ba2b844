import type { Effect, FlowRunChanges, FlowRunMove, TaskRunChanges, TaskRunMove, Verdict } from '../runs/move.ts';
import { type ProposedState, STATE_TYPES, type State, type StateType } from '../runs/state.ts';

/** What a rule changes in addition to the state. Takes effect only while the rule is valid (see applyRules). */
export interface Consequences<Changes> {
  /** Columns for the later rules and for the derived columns. */
  before?: Partial<Changes>;
  /** Columns to set after the derived columns are computed. */
  after?: Partial<Changes>;
  effects?: Effect[];
}

/** The result of a rule. `proposed` is the state for the next rule; null if nothing is to be written. */
export interface Ruling<Changes> extends Consequences<Changes> {
  verdict: Verdict;
  reason: string | null;
  retryAfterSeconds: number | null;
  proposed: ProposedState | null;
}

interface RuleOn<Subject, Changes> {
  /** The name of the class in Prefect 3's source. */
  name: string;
  from: readonly StateType[];
  to: readonly StateType[];
  apply(move: Subject): Ruling<Changes>;
}

/** One named step of a policy: a pure function from facts to a ruling. Runs without a state need `orNoState`. */
export type Rule<Move, Changes> =
  | (RuleOn<Move & { initial: State }, Changes> & { orNoState?: never })
  | (RuleOn<Move, Changes> & { orNoState: true });

export type FlowRunRule = Rule<FlowRunMove, FlowRunChanges>;
export type TaskRunRule = Rule<TaskRunMove, TaskRunChanges>;
/** A rule for flow runs and task runs. It reads states only, and changes no column. */
export type AnyRunRule = Rule<Pick<FlowRunMove, 'now' | 'initial' | 'proposed'>, never>;

export const ALL_TYPES = STATE_TYPES;
export const allTypesBut = (...excluded: StateType[]): StateType[] =>
  STATE_TYPES.filter((type) => !excluded.includes(type));

/** Accepts the move, with this state. */
export const pass = <Changes = never>(
  proposed: ProposedState,
  consequences: Consequences<Changes> = {},
): Ruling<Changes> => ({ verdict: 'ACCEPT', reason: null, retryAfterSeconds: null, proposed, ...consequences });

/** Writes another state instead of the proposed one, or none if the replacement is null. */
export const reject = <Changes = never>(
  reason: string,
  replacement: ProposedState | null = null,
  consequences: Consequences<Changes> = {},
): Ruling<Changes> => ({
  verdict: 'REJECT',
  reason,
  retryAfterSeconds: null,
  proposed: replacement,
  ...consequences,
});

/** Writes nothing. The client should stop. */
export const abort = (reason: string): Ruling<never> => ({
  verdict: 'ABORT',
  reason,
  retryAfterSeconds: null,
  proposed: null,
});

/** Writes nothing. The client can request the same move again after `retryAfterSeconds`. */
export const wait = (retryAfterSeconds: number, reason: string): Ruling<never> => ({
  verdict: 'WAIT',
  reason,
  retryAfterSeconds,
  proposed: null,
});

/** Returns the state with some details changed. */
export const withDetails = (state: ProposedState, details: Partial<ProposedState['details']>): ProposedState => ({
  ...state,
  details: { ...state.details, ...details },
});
