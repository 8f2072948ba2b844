import { describe, expect, test } from 'vitest';
import { decideFlowRun, decideTaskRun } from '../../../src/core/rules/decide.ts';
import { NO_DETAILS, type StateRequest } from '../../../src/core/runs/state.ts';
import { at, current, flowRunMove, NOON, taskRunMove } from '../given.ts';

// The decision on a move after its rules are applied.

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
    ['a new state has the time of its move', at(-10), NOON],
    ['a new state is later than the one before it', NOON, NOON + 1],
    ['a new state is later than the one before it even if the clock went back', at(3), at(3) + 1],
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

test('a rejected move writes nothing', () => {
  expect(decideFlowRun(flowRunMove({ from: { type: 'CANCELLING' }, to: RUNNING })).write).toBe(null);
  const data = { type: 'reference' };
  expect(decideTaskRun(taskRunMove({ from: { type: 'COMPLETED', data }, to: RUNNING })).write).toBe(null);
});

test('a run may be created in a state of any type', () => {
  const decision = decideFlowRun(flowRunMove({ from: null, to: { type: 'PAUSED' }, force: true }));
  expect(decision).toMatchObject({
    verdict: 'ACCEPT',
    write: { state: { id: 'state-asked', name: 'Paused' }, effects: [] },
  });
  const cancelling = flowRunMove({ from: null, to: { type: 'CANCELLING' }, force: true });
  expect(decideFlowRun(cancelling).write?.state.type).toBe('CANCELLING');
});

describe('the owner in the details of a state', () => {
  const claimed = { flowRunId: 'claimed', taskRunId: 'claimed' };
  test('the details of a flow run state name its flow run', () =>
    expect(
      decideFlowRun(flowRunMove({ from: null, to: { ...RUNNING, details: { ...claimed, taskRunId: null } } })).write
        ?.state.details,
    ).toEqual({ ...NO_DETAILS, flowRunId: 'flow-run', taskRunId: null }));
  test('the details of a subflow state name its parent task run', () =>
    expect(
      decideFlowRun(flowRunMove({ from: null, to: { ...RUNNING, details: claimed } }, { parentTaskRunId: 'parent' }))
        .write?.state.details,
    ).toMatchObject({ flowRunId: 'flow-run', taskRunId: 'parent' }));
  test('the details of a task run state name its task run and flow run', () => {
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

describe('the mark of an unpersisted result', () => {
  const data = { type: 'unpersisted', note: 'gone' };
  const to: StateRequest = { type: 'COMPLETED', data };
  test('the data `{"type": "unpersisted"}` is stored as null', () => {
    expect(decideFlowRun(flowRunMove({ from: RUNNING, to })).write?.state.data).toBe(null);
    expect(decideTaskRun(taskRunMove({ from: RUNNING, to })).write?.state.data).toBe(null);
  });
  test.each([[{ type: 'reference' }], [5], [[data]], [null]])('the data %j is stored unchanged', (other) =>
    expect(decideFlowRun(flowRunMove({ from: RUNNING, to: { ...to, data: other } })).write?.state.data).toEqual(other),
  );
});

describe('the parent task run of a subflow', () => {
  test('the parent task run of a subflow gets a copy of each state', () => {
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
  test('the parent task run of a subflow is not moved if the move is rejected', () => {
    const move = flowRunMove({ from: { type: 'CANCELLING' }, to: RUNNING }, { parentTaskRunId: 'parent' });
    expect(decideFlowRun(move).write).toBe(null);
  });
});
