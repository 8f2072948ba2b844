import { expect, test } from 'vitest';
import { applyRules } from '../../../src/core/rules/applyRules.ts';
import { ALL_TYPES, abort, type FlowRunRule, pass, type Ruling, reject, wait } from '../../../src/core/rules/rule.ts';
import type { FlowRunChanges, FlowRunMove } from '../../../src/core/runs/move.ts';
import { asked, flowRunMove } from '../given.ts';

// The function alone, with rules made for these tests. The move is RUNNING -> FAILED.

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

test('a move without rules is accepted unchanged', () => {
  const given = move();
  expect(applyRules(given, [])).toEqual({
    verdict: { verdict: 'ACCEPT', rule: null, reason: null, retryAfterSeconds: null },
    proposed: given.proposed,
    before: {},
    after: {},
    effects: [],
  });
});

test('a rule applies only to the types it names, and to a first state only with `orNoState`', () => {
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

test('a rule sees the changes of the rules before it', () => {
  const renames = rule('renames', ({ proposed }) => pass({ ...proposed, name: 'Renamed' }));
  const seen: unknown[] = [];
  const looks = rule('looks', ({ proposed, run }) => {
    seen.push(proposed.name, run.runCount, run.stateName);
    return pass(proposed);
  });
  const outcome = applyRules(move(), [renames, leavesTraces, looks]);
  // Changes that follow the derived columns are not visible before them.
  expect(seen).toEqual(['Renamed', 7, 'Running']);
  expect(outcome).toMatchObject({ before: { runCount: 7 }, after: { stateName: 'after' }, effects: [cache('kept')] });
});

test.each([
  [
    'a rule replaces the state by one of another type',
    () => reject('replaced', asked({ type: 'SCHEDULED' })),
    'SCHEDULED',
  ],
  ['a rule rejects without a state', () => reject('kept'), undefined],
  ['a rule aborts', () => abort('stop'), undefined],
  ['a rule makes the run wait', () => wait(3, 'later'), undefined],
] as const)('after %s, later rules do not apply and changes of earlier rules are dropped', (_, apply, type) => {
  const outcome = applyRules(move(), [leavesTraces, rule('decides', apply), never]);
  expect(outcome.verdict.rule).toBe('decides');
  expect(outcome.proposed?.type).toBe(type);
  expect([outcome.before, outcome.after, outcome.effects]).toEqual([{}, {}, []]);
});

test('the changes of the rule that replaced the state are kept', () => {
  const replaces = rule('replaces', () =>
    reject('replaced', asked({ type: 'SCHEDULED' }), { before: { runCount: 9 }, effects: [cache('own')] }),
  );
  const outcome = applyRules(move(), [leavesTraces, replaces]);
  expect([outcome.before, outcome.effects]).toEqual([{ runCount: 9 }, [cache('own')]]);
});

test('after a rule replaced the state by one of the same type all other rules apply, and the last reason counts', () => {
  const same = rule('same', () => reject('another failure', asked({ type: 'FAILED', name: 'Other' })));
  const outcome = applyRules(move(), [leavesTraces, same, passes]);
  expect(outcome).toMatchObject({ before: { runCount: 7 }, verdict: { rule: 'same', reason: 'another failure' } });
  expect(outcome.proposed?.name).toBe('Other');
  expect(applyRules(move(), [same, rule('later', () => abort('no'))]).verdict).toMatchObject({ rule: 'later' });
});

test('a wait gives the seconds to wait', () => {
  expect(applyRules(move(), [rule('waits', () => wait(3, 'later'))]).verdict).toEqual({
    verdict: 'WAIT',
    rule: 'waits',
    reason: 'later',
    retryAfterSeconds: 3,
  });
});
