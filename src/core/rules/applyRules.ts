import type { Decision, Effect, Move } from '../runs/move.ts';
import type { ProposedState, State } from '../runs/state.ts';
import type { Rule, Ruling } from './rule.ts';

interface RulesOutcome<Changes> {
  /** From the last rule that did not accept the move. */
  verdict: Pick<Decision, 'verdict' | 'rule' | 'reason' | 'retryAfterSeconds'>;
  proposed: ProposedState | null;
  before: Partial<Changes>;
  after: Partial<Changes>;
  effects: Effect[];
}

/**
 * Folds a proposed state through an ordered list of rules.
 *
 * The types of the current and of the proposed state determine which rules apply. If a rule replaces the proposed state
 * by one of another type, or by none, this is no longer the transition that the other rules were selected for: later
 * rules do not run, and the consequences of earlier rules are dropped. Therefore each ruling is kept with the type that
 * it left proposed, and takes effect only if that type is written in the end. The ruling that made the replacement
 * does.
 * Source: Prefect 3, server/orchestration/rules.py, BaseOrchestrationRule (`invalid`, `fizzled`).
 */
export function applyRules<AnyMove extends Move, Changes>(
  move: AnyMove,
  rules: readonly Rule<AnyMove, Changes>[],
): RulesOutcome<Changes> {
  let verdict: RulesOutcome<Changes>['verdict'] = {
    verdict: 'ACCEPT',
    rule: null,
    reason: null,
    retryAfterSeconds: null,
  };
  let step = move;
  const rulings: Ruling<Changes>[] = [];
  for (const rule of rules) {
    const ruling = rulingOn(step, rule);
    if (ruling === null) continue;
    rulings.push(ruling);
    if (ruling.verdict !== 'ACCEPT') {
      const { reason, retryAfterSeconds } = ruling;
      verdict = { verdict: ruling.verdict, rule: rule.name, reason, retryAfterSeconds };
    }
    if (ruling.proposed?.type !== move.proposed.type) break;
    const { proposed, before } = ruling;
    // The casts: the spread of a generic type loses the type's name, but none of its properties.
    if (before) step = { ...step, run: { ...step.run, ...before } } as AnyMove;
    if (proposed !== step.proposed) step = { ...step, proposed } as AnyMove;
  }
  const last = rulings.at(-1);
  const proposed = last === undefined ? move.proposed : last.proposed;
  const valid = rulings.filter((ruling) => ruling.proposed?.type === proposed?.type);
  return {
    verdict,
    proposed,
    before: columns(valid, 'before'),
    after: columns(valid, 'after'),
    effects: valid.flatMap(({ effects }) => effects ?? []),
  };
}

function rulingOn<AnyMove extends { initial: State | null; proposed: ProposedState }, Changes>(
  move: AnyMove,
  rule: Rule<AnyMove, Changes>,
): Ruling<Changes> | null {
  const { initial, proposed } = move;
  if (!rule.to.includes(proposed.type)) return null;
  if (initial !== null) return rule.from.includes(initial.type) ? rule.apply({ ...move, initial }) : null;
  return rule.orNoState ? rule.apply(move) : null;
}

const columns = <Changes>(rulings: Ruling<Changes>[], when: 'before' | 'after'): Partial<Changes> =>
  Object.assign({}, ...rulings.map((ruling) => ruling[when]));
