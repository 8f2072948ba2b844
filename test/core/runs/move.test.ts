import { expect, test } from 'vitest';
import { decideFlowRun } from '../../../src/core/rules/decide.ts';
import { afterMove, currentState } from '../../../src/core/runs/move.ts';
import { asked, current, flowRunMove, NOON } from '../given.ts';

const move = flowRunMove({ from: { type: 'PENDING' }, to: { type: 'RUNNING' } });
const before = { run: move.run, initial: current({ type: 'PENDING' }), prefect1: null, now: NOON };

test('a run after a move has the new state, the changed columns and the next version', () => {
  const { write } = decideFlowRun(move);
  if (!write) throw new Error('no rule refuses this move');
  const after = afterMove(before, { version: 2, ...write });
  expect(after.initial).toMatchObject({ id: 'state-asked', type: 'RUNNING', version: 2 });
  expect(after.run).toMatchObject({ id: 'flow-run', version: 2, stateType: 'RUNNING', runCount: 1 });
  expect(after).toMatchObject({ prefect1: null, now: NOON });
});

test('a state without changes goes to the history only: the run keeps its current state', () => {
  const after = afterMove(before, { version: 2, state: asked({ type: 'RUNNING' }), changes: null });
  expect(after).toEqual({ ...before, run: { ...before.run, version: 2 } });
});

test('the Prefect 1 form of a state is kept apart from the state that rules see', () => {
  const prefect1 = { className: 'Running', serialized: { type: 'Running' }, startTime: null } as const;
  const { initial, prefect1: kept } = currentState({ ...asked({ type: 'RUNNING' }), prefect1 }, 3);
  expect(kept).toEqual(prefect1);
  expect(initial).toMatchObject({ type: 'RUNNING', version: 3 });
  expect(initial).not.toHaveProperty('prefect1');
});
