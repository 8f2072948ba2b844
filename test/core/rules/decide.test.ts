import { describe, expect, test } from 'vitest';
import { decideFlowRun, decideTaskRun } from '../../../src/core/rules/decide.ts';
import { NO_DETAILS, type StateRequest } from '../../../src/core/runs/state.ts';
import { at, current, flowRunMove, NOON, taskRunMove } from '../given.ts';

// What is made of a move once the rules have spoken.

const RUNNING: StateRequest = { type: 'RUNNING' };
const decideEither = {
  'a flow run': (initialAt: number) => {
    const move = flowRunMove({ from: RUNNING, to: RUNNING });
    return decideFlowRun({ ...move, initial: { ...current(RUNNING), timestamp: initialAt } });
  },
  'a task run': (initialAt: number) => {
    const move = taskRunMove({ from: RUNNING, to: RUNNING });
    return decideTaskRun({ ...move, initial: { ...current(RUNNING), timestamp: initialAt } });
  },
};

describe.each(Object.entries(decideEither))('the states of %s', (_, decide) => {
  test.each([
    ['are of the time of the move', at(-10), NOON],
    ['never share a time', NOON, NOON + 1],
    ['follow one another also when the clock went back', at(3), at(3) + 1],
  ])('%s', (_title, initialAt, timestamp) => {
    const { write } = decide(initialAt);
    expect(write?.state.timestamp).toBe(timestamp);
    expect(write?.changes.stateTimestamp).toBe(timestamp);
    expect(write?.changes.totalRunTimeSeconds).toBe((timestamp - initialAt) / 1_000_000);
  });
});

test('the time of a state is the time of the move, not of the request', () => {
  const move = flowRunMove({ from: null, to: RUNNING });
  const decision = decideFlowRun({ ...move, proposed: { ...move.proposed, timestamp: at(-3) } });
  expect(decision.write?.state.timestamp).toBe(NOON);
});

test('a move that is not made writes nothing', () => {
  expect(decideFlowRun(flowRunMove({ from: { type: 'CANCELLING' }, to: RUNNING })).write).toBe(null);
  const data = { type: 'reference' };
  expect(decideTaskRun(taskRunMove({ from: { type: 'COMPLETED', data }, to: RUNNING })).write).toBe(null);
});

test('to create a run is a forced move from no state, of any type', () => {
  const decision = decideFlowRun(flowRunMove({ from: null, to: { type: 'PAUSED' }, force: true }));
  expect(decision).toMatchObject({
    verdict: 'ACCEPT',
    write: { state: { id: 'state-asked', name: 'Paused' }, effects: [] },
  });
  const cancelling = flowRunMove({ from: null, to: { type: 'CANCELLING' }, force: true });
  expect(decideFlowRun(cancelling).write?.state.type).toBe('CANCELLING');
});

describe('the details of a state say whose it is', () => {
  const claimed = { flowRunId: 'claimed', taskRunId: 'claimed' };
  test('of a flow run', () =>
    expect(
      decideFlowRun(flowRunMove({ from: null, to: { ...RUNNING, details: { ...claimed, taskRunId: null } } })).write
        ?.state.details,
    ).toEqual({ ...NO_DETAILS, flowRunId: 'flow-run', taskRunId: null }));
  test('of a subflow', () =>
    expect(
      decideFlowRun(flowRunMove({ from: null, to: { ...RUNNING, details: claimed } }, { parentTaskRunId: 'parent' }))
        .write?.state.details,
    ).toMatchObject({ flowRunId: 'flow-run', taskRunId: 'parent' }));
  test('of a task run', () => {
    const flowRun = { id: 'flow-run', stateType: 'RUNNING', details: NO_DETAILS, runCount: 1 } as const;
    const move = { from: null, to: { ...RUNNING, details: claimed } };
    expect(decideTaskRun(taskRunMove({ ...move, flowRun })).write?.state.details).toMatchObject({
      flowRunId: 'flow-run',
      taskRunId: 'task-run',
    });
    expect(decideTaskRun(taskRunMove(move)).write?.state.details).toMatchObject({
      flowRunId: null,
      taskRunId: 'task-run',
    });
  });
});

describe('the mark of a result that is not kept is not stored', () => {
  const data = { type: 'unpersisted', note: 'gone' };
  const to: StateRequest = { type: 'COMPLETED', data };
  test('of either kind of run', () => {
    expect(decideFlowRun(flowRunMove({ from: RUNNING, to })).write?.state.data).toBe(null);
    expect(decideTaskRun(taskRunMove({ from: RUNNING, to })).write?.state.data).toBe(null);
  });
  test.each([[{ type: 'reference' }], [5], [[data]], [null]])('unlike %j', (other) =>
    expect(decideFlowRun(flowRunMove({ from: RUNNING, to: { ...to, data: other } })).write?.state.data).toEqual(other),
  );
});

describe('the parent of a subflow', () => {
  test('takes a copy of the state that is written', () => {
    const to: StateRequest = { type: 'FAILED', name: 'Oops', message: 'm', data: 5 };
    const { write } = decideFlowRun(flowRunMove({ from: RUNNING, to }, { parentTaskRunId: 'parent' }));
    expect(write?.effects).toEqual([
      {
        kind: 'moveParentTaskRun',
        taskRunId: 'parent',
        state: {
          ...write?.state,
          id: 'new-1',
          details: { ...write?.state.details, childFlowRunId: 'flow-run' },
        },
      },
    ]);
    expect(write?.state).toMatchObject({ id: 'state-asked', details: { childFlowRunId: null } });
  });
  test('is left alone where nothing is written', () => {
    const move = flowRunMove({ from: { type: 'CANCELLING' }, to: RUNNING }, { parentTaskRunId: 'parent' });
    expect(decideFlowRun(move).write).toBe(null);
  });
});
