import type { Decision, Effect, Move } from '../runs/move.ts';
import type { ProposedState, State } from '../runs/state.ts';
import type { Rule, Ruling } from './rule.ts';

interface RulesOutcome<Changes> {
  /** The word of the last rule that did not let the move pass. */
  verdict: Pick<Decision, 'verdict' | 'rule' | 'reason' | 'retryAfterSeconds'>;
  proposed: ProposedState | null;
  before: Partial<Changes>;
  after: Partial<Changes>;
  effects: Effect[];
}

/**
 * Folds a proposed state through an ordered list of rules.
 *
 * Which rules have a say is settled once, by the types of the current state and of the one that was asked for. When a
 * rule puts a state of another type in the place of the proposed one, or none at all, the transition is no longer the one
 * that the others were chosen for: those that follow do not run, and what those before it wanted done beside the state
 * is dropped. So every ruling is kept with the type that it left proposed, and counts in the end only if that is the type
 * to be written; the ruling that made the replacement does.
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
    // The casts: a spread of a generic type loses its name, though none of its properties.
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
