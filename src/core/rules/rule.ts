import type { Effect, FlowRunChanges, FlowRunMove, TaskRunChanges, TaskRunMove, Verdict } from '../runs/move.ts';
import { type ProposedState, STATE_TYPES, type State, type StateType } from '../runs/state.ts';

/** What a rule does beside naming the state; all of it counts only while the rule is valid (see applyRules). */
export interface Consequences<Changes> {
  /** Columns as the later rules and the derived columns are to see them. */
  before?: Partial<Changes>;
  /** Columns set once the derived columns are computed. */
  after?: Partial<Changes>;
  effects?: Effect[];
}

/** What a rule says of a move. `proposed` is the state that goes on to the next rule; null where none is to be written. */
export interface Ruling<Changes> extends Consequences<Changes> {
  verdict: Verdict;
  reason: string | null;
  retryAfterSeconds: number | null;
  proposed: ProposedState | null;
}

interface RuleOn<Subject, Changes> {
  /** The name of Prefect 3's class, which is also the place to look its source up. */
  name: string;
  from: readonly StateType[];
  to: readonly StateType[];
  apply(move: Subject): Ruling<Changes>;
}

/**
 * One named step of a policy: pure, from facts to a ruling. It sees only runs that have a state, unless it says that it
 * takes the others, too.
 */
export type Rule<Move, Changes> =
  | (RuleOn<Move & { initial: State }, Changes> & { orNoState?: never })
  | (RuleOn<Move, Changes> & { orNoState: true });

export type FlowRunRule = Rule<FlowRunMove, FlowRunChanges>;
export type TaskRunRule = Rule<TaskRunMove, TaskRunChanges>;
/** A rule for both kinds of runs: it looks at states only, and changes no column. */
export type AnyRunRule = Rule<Pick<FlowRunMove, 'now' | 'initial' | 'proposed'>, never>;

export const ALL_TYPES = STATE_TYPES;
export const allTypesBut = (...excluded: StateType[]): StateType[] =>
  STATE_TYPES.filter((type) => !excluded.includes(type));

/** The move may go on, with this state. */
export const pass = <Changes = never>(
  proposed: ProposedState,
  consequences: Consequences<Changes> = {},
): Ruling<Changes> => ({ verdict: 'ACCEPT', reason: null, retryAfterSeconds: null, proposed, ...consequences });

/** Another state is to be written in place of the proposed one; null keeps the current state. */
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

/** Nothing is written, and the caller should stop. */
export const abort = (reason: string): Ruling<never> => ({
  verdict: 'ABORT',
  reason,
  retryAfterSeconds: null,
  proposed: null,
});

/** Nothing is written now; the same move may be asked for again after so many seconds. */
export const wait = (retryAfterSeconds: number, reason: string): Ruling<never> => ({
  verdict: 'WAIT',
  reason,
  retryAfterSeconds,
  proposed: null,
});

/** The same state with some of its details changed. */
export const withDetails = (state: ProposedState, details: Partial<ProposedState['details']>): ProposedState => ({
  ...state,
  details: { ...state.details, ...details },
});
