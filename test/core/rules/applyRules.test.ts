import { expect, test } from 'vitest';
import { applyRules } from '../../../src/core/rules/applyRules.ts';
import { ALL_TYPES, abort, type FlowRunRule, pass, type Ruling, reject, wait } from '../../../src/core/rules/rule.ts';
import type { FlowRunChanges, FlowRunMove } from '../../../src/core/runs/move.ts';
import { asked, flowRunMove } from '../given.ts';

// The machinery by itself, with rules made for it. The move is RUNNING -> FAILED.

const move = () => flowRunMove({ from: { type: 'RUNNING' }, to: { type: 'FAILED' } });
type Apply = (move: FlowRunMove) => Ruling<FlowRunChanges>;
const rule = (name: string, apply: Apply, from = ALL_TYPES): FlowRunRule => ({ name, from, to: ALL_TYPES, apply });
const cache = (stateId: string) => ({ kind: 'cacheState', cacheKey: 'k', cacheExpiration: null, stateId }) as const;

const passes = rule('passes', ({ proposed }) => pass(proposed));
const leavesTraces = rule('leaves traces', ({ proposed }) =>
  pass<FlowRunChanges>(proposed, { before: { runCount: 7 }, after: { stateName: 'after' }, effects: [cache('kept')] }),
);
const fails: Apply = () => {
  throw new Error('this rule must not run');
};
const never = rule('never', fails);

test('without rules a move is accepted as it is', () => {
  const given = move();
  expect(applyRules(given, [])).toEqual({
    verdict: { verdict: 'ACCEPT', rule: null, reason: null, retryAfterSeconds: null },
    proposed: given.proposed,
    before: {},
    after: {},
    effects: [],
  });
});

test('a rule is asked only about the types that it names, and about no state only where it says so', () => {
  const asksTo: FlowRunRule = { ...never, to: ['PAUSED'] };
  const asksFrom = rule('asks from', fails, ['PENDING']);
  expect(applyRules(move(), [asksTo, asksFrom]).verdict.verdict).toBe('ACCEPT');
  const first = flowRunMove({ from: null, to: { type: 'FAILED' } });
  const orNoState: FlowRunRule = {
    name: 'or no state',
    from: ALL_TYPES,
    orNoState: true,
    to: ALL_TYPES,
    apply: () => abort('no state'),
  };
  expect(applyRules(first, [never]).verdict.verdict).toBe('ACCEPT');
  expect(applyRules(first, [orNoState]).verdict).toMatchObject({ verdict: 'ABORT', rule: 'or no state' });
});

test('a rule sees what the rules before it changed', () => {
  const renames = rule('renames', ({ proposed }) => pass({ ...proposed, name: 'Renamed' }));
  const seen: unknown[] = [];
  const looks = rule('looks', ({ proposed, run }) => {
    seen.push(proposed.name, run.runCount, run.stateName);
    return pass(proposed);
  });
  const outcome = applyRules(move(), [renames, leavesTraces, looks]);
  // What is set after the derived columns is not to be seen before them.
  expect(seen).toEqual(['Renamed', 7, 'Running']);
  expect(outcome).toMatchObject({ before: { runCount: 7 }, after: { stateName: 'after' }, effects: [cache('kept')] });
});

test.each([
  ['a state of another type', () => reject('replaced', asked({ type: 'SCHEDULED' })), 'SCHEDULED'],
  ['no state', () => reject('kept'), undefined],
  ['an abort', () => abort('stop'), undefined],
  ['a wait', () => wait(3, 'later'), undefined],
] as const)('after %s later rules do not run, and what earlier rules wanted is dropped', (_, apply, type) => {
  const outcome = applyRules(move(), [leavesTraces, rule('decides', apply), never]);
  expect(outcome.verdict.rule).toBe('decides');
  expect(outcome.proposed?.type).toBe(type);
  expect([outcome.before, outcome.after, outcome.effects]).toEqual([{}, {}, []]);
});

test('what the rule that replaced the state wants itself is kept', () => {
  const replaces = rule('replaces', () =>
    reject('replaced', asked({ type: 'SCHEDULED' }), { before: { runCount: 9 }, effects: [cache('own')] }),
  );
  const outcome = applyRules(move(), [leavesTraces, replaces]);
  expect([outcome.before, outcome.effects]).toEqual([{ runCount: 9 }, [cache('own')]]);
});

test('a state of the same type in place of the proposed one leaves all rules in force, and the last word counts', () => {
  const same = rule('same', () => reject('another failure', asked({ type: 'FAILED', name: 'Other' })));
  const outcome = applyRules(move(), [leavesTraces, same, passes]);
  expect(outcome).toMatchObject({ before: { runCount: 7 }, verdict: { rule: 'same', reason: 'another failure' } });
  expect(outcome.proposed?.name).toBe('Other');
  expect(applyRules(move(), [same, rule('later', () => abort('no'))]).verdict).toMatchObject({ rule: 'later' });
});

test('a wait tells for how long', () => {
  expect(applyRules(move(), [rule('waits', () => wait(3, 'later'))]).verdict).toEqual({
    verdict: 'WAIT',
    rule: 'waits',
    reason: 'later',
    retryAfterSeconds: 3,
  });
});
