import { describe, expect, test } from 'vitest';
import { flowRunColumns, taskRunColumns } from '../../../src/core/rules/derivedColumns.ts';
import { NEW_RUN_RECORD, type RunRecord } from '../../../src/core/runs/blankRun.ts';
import { type FlowRunPolicy, NO_FLOW_RUN_POLICY } from '../../../src/core/runs/run.ts';
import { FINAL_STATE_TYPES, STATE_TYPES, type StateRequest, type StateType } from '../../../src/core/runs/state.ts';
import { asked, at, current, NOON } from '../given.ts';

/** Returns the columns after a new state at NOON, ten seconds after the former state. */
const columnsAfter = (from: StateType | null, to: StateRequest, record: Partial<RunRecord> = {}) =>
  taskRunColumns({ ...NEW_RUN_RECORD, flowRunRunCount: 7, ...record }, from && current({ type: from }), asked(to));
const flowRunAfter = (from: StateType, type: StateType, policy: Partial<FlowRunPolicy>) =>
  flowRunColumns(
    { ...NEW_RUN_RECORD, runCount: 1, policy: { ...NO_FLOW_RUN_POLICY, ...policy } },
    current({ type: from }),
    asked({ type }),
  );
const SCHEDULED: StateRequest = { type: 'SCHEDULED', details: { scheduledTime: at(500) } };

test('a run carries its newest state', () =>
  expect(columnsAfter('PENDING', { type: 'RUNNING', name: 'Retrying' })).toMatchObject({
    stateId: 'state-asked',
    stateType: 'RUNNING',
    stateName: 'Retrying',
    stateTimestamp: NOON,
    flowRunRunCount: 7,
  }));

test.each<[string, StateRequest, Partial<RunRecord>]>([
  [
    'RUNNING has run once',
    { type: 'RUNNING' },
    { runCount: 1, startTime: NOON, endTime: null, expectedStartTime: NOON },
  ],
  [
    'COMPLETED never ran',
    { type: 'COMPLETED' },
    { runCount: 0, startTime: NOON, endTime: NOON, expectedStartTime: NOON },
  ],
  ['PENDING is expected now', { type: 'PENDING' }, { startTime: null, endTime: null, expectedStartTime: NOON }],
  [
    'SCHEDULED is expected at its scheduled time',
    SCHEDULED,
    { startTime: null, expectedStartTime: at(500), nextScheduledStartTime: at(500) },
  ],
])('a run that is created %s', (_, to, expected) =>
  expect(columnsAfter(null, to)).toMatchObject({ nextScheduledStartTime: null, totalRunTimeSeconds: 0, ...expected }),
);

describe('start and end', () => {
  test('the start time of a run is set once', () =>
    expect(columnsAfter('RUNNING', { type: 'RUNNING' }, { startTime: at(-99) }).startTime).toBe(at(-99)));
  test.each(FINAL_STATE_TYPES)('a run that becomes %s without having run starts when it ends', (type) =>
    expect(columnsAfter('SCHEDULED', { type })).toMatchObject({ startTime: NOON, endTime: NOON }),
  );
  test('a run that ends keeps its start time', () =>
    expect(columnsAfter('RUNNING', { type: 'FAILED' }, { startTime: at(-99) })).toMatchObject({
      startTime: at(-99),
      endTime: NOON,
    }));
  test('a run that moves from one final state to another keeps its end time', () =>
    expect(columnsAfter('FAILED', { type: 'CANCELLED' }, { startTime: at(-99), endTime: at(-10) })).toMatchObject({
      startTime: at(-99),
      endTime: at(-10),
    }));
  test('a run that leaves its final state has no end time', () =>
    expect(columnsAfter('FAILED', { type: 'PENDING' }, { startTime: at(-99), endTime: at(-10) })).toMatchObject({
      startTime: at(-99),
      endTime: null,
    }));
});

describe('run time', () => {
  test.each(STATE_TYPES)('a run that leaves RUNNING for %s adds to its run time', (type) =>
    expect(columnsAfter('RUNNING', { type }, { totalRunTimeSeconds: 5.5 }).totalRunTimeSeconds).toBe(15.5),
  );
  test.each(STATE_TYPES.filter((type) => type !== 'RUNNING'))(
    'a run that leaves %s adds nothing to its run time',
    (type) =>
      expect(columnsAfter(type, { type: 'RUNNING' }, { totalRunTimeSeconds: 5.5 }).totalRunTimeSeconds).toBe(5.5),
  );
});

describe('expected and next start time', () => {
  test('a new schedule does not change the expected start time', () =>
    expect(
      columnsAfter('SCHEDULED', SCHEDULED, { expectedStartTime: at(-50), nextScheduledStartTime: at(-50) }),
    ).toMatchObject({
      expectedStartTime: at(-50),
      nextScheduledStartTime: at(500),
    }));
  test('a run that leaves SCHEDULED has no next start', () =>
    expect(
      columnsAfter('SCHEDULED', { type: 'PENDING' }, { nextScheduledStartTime: at(-50) }).nextScheduledStartTime,
    ).toBe(null));
  test('the scheduled time of a pending state is not a next start', () =>
    expect(columnsAfter('SCHEDULED', { type: 'PENDING', details: { scheduledTime: at(500) } })).toMatchObject({
      nextScheduledStartTime: null,
      expectedStartTime: NOON,
    }));
});

describe('the count of runs', () => {
  test.each(STATE_TYPES)('a run that becomes %s counts one more run only if it is RUNNING', (type) =>
    expect(columnsAfter('PENDING', { type }, { runCount: 3 }).runCount).toBe(type === 'RUNNING' ? 4 : 3),
  );
  test('a flow run that resumes does not count one more run', () => {
    expect(flowRunAfter('PENDING', 'RUNNING', { resuming: false }).runCount).toBe(2);
    expect(flowRunAfter('PENDING', 'RUNNING', { resuming: true }).runCount).toBe(1);
  });
});

test.each(STATE_TYPES)('the mark `resuming` is cleared by RUNNING and by a final state: %s', (type) => {
  const policy = { resuming: true, pauseKeys: ['k'], retries: 2 };
  const cleared = type === 'RUNNING' || FINAL_STATE_TYPES.includes(type);
  expect(flowRunAfter('PENDING', type, policy).policy).toEqual({
    ...NO_FLOW_RUN_POLICY,
    ...policy,
    resuming: !cleared,
  });
  expect(flowRunAfter('PENDING', type, {}).policy).toEqual(NO_FLOW_RUN_POLICY);
});
