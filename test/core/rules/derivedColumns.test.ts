import { describe, expect, test } from 'vitest';
import { flowRunColumns, taskRunColumns } from '../../../src/core/rules/derivedColumns.ts';
import { NEW_RUN_RECORD, type RunRecord } from '../../../src/core/runs/blankRun.ts';
import { type FlowRunPolicy, NO_FLOW_RUN_POLICY } from '../../../src/core/runs/run.ts';
import { FINAL_STATE_TYPES, STATE_TYPES, type StateRequest, type StateType } from '../../../src/core/runs/state.ts';
import { asked, at, current, NOON } from '../given.ts';

/** The columns after a state of now, ten seconds after the one before. */
const columnsAfter = (from: StateType | null, to: StateRequest, record: Partial<RunRecord> = {}) =>
  taskRunColumns({ ...NEW_RUN_RECORD, flowRunRunCount: 7, ...record }, from && current({ type: from }), asked(to));
const flowRunAfter = (from: StateType, type: StateType, policy: Partial<FlowRunPolicy>) =>
  flowRunColumns(
    { ...NEW_RUN_RECORD, runCount: 1, policy: { ...NO_FLOW_RUN_POLICY, ...policy } },
    current({ type: from }),
    asked({ type }),
  );
const SCHEDULED: StateRequest = { type: 'SCHEDULED', details: { scheduledTime: at(500) } };

test('the run shows its newest state', () =>
  expect(columnsAfter('PENDING', { type: 'RUNNING', name: 'Retrying' })).toMatchObject({
    stateId: 'state-asked',
    stateType: 'RUNNING',
    stateName: 'Retrying',
    stateTimestamp: NOON,
    flowRunRunCount: 7,
  }));

test.each<[string, StateRequest, Partial<RunRecord>]>([
  [
    'RUNNING: it has run once',
    { type: 'RUNNING' },
    { runCount: 1, startTime: NOON, endTime: null, expectedStartTime: NOON },
  ],
  [
    'COMPLETED: it never ran',
    { type: 'COMPLETED' },
    { runCount: 0, startTime: NOON, endTime: NOON, expectedStartTime: NOON },
  ],
  ['PENDING: it is expected now', { type: 'PENDING' }, { startTime: null, endTime: null, expectedStartTime: NOON }],
  [
    'SCHEDULED: it is expected when it is due',
    SCHEDULED,
    { startTime: null, expectedStartTime: at(500), nextScheduledStartTime: at(500) },
  ],
])('a run that is created %s', (_, to, expected) =>
  expect(columnsAfter(null, to)).toMatchObject({ nextScheduledStartTime: null, totalRunTimeSeconds: 0, ...expected }),
);

describe('start and end', () => {
  test('the first start stands', () =>
    expect(columnsAfter('RUNNING', { type: 'RUNNING' }, { startTime: at(-99) }).startTime).toBe(at(-99)));
  test.each(FINAL_STATE_TYPES)('a run that is %s without having run began when it ended', (type) =>
    expect(columnsAfter('SCHEDULED', { type })).toMatchObject({ startTime: NOON, endTime: NOON }),
  );
  test('a run that ends keeps its start', () =>
    expect(columnsAfter('RUNNING', { type: 'FAILED' }, { startTime: at(-99) })).toMatchObject({
      startTime: at(-99),
      endTime: NOON,
    }));
  test('from one final state to another the end stands', () =>
    expect(columnsAfter('FAILED', { type: 'CANCELLED' }, { startTime: at(-99), endTime: at(-10) })).toMatchObject({
      startTime: at(-99),
      endTime: at(-10),
    }));
  test('a run that goes on has no end', () =>
    expect(columnsAfter('FAILED', { type: 'PENDING' }, { startTime: at(-99), endTime: at(-10) })).toMatchObject({
      startTime: at(-99),
      endTime: null,
    }));
});

describe('run time', () => {
  test.each(STATE_TYPES)('is added when RUNNING is left for %s', (type) =>
    expect(columnsAfter('RUNNING', { type }, { totalRunTimeSeconds: 5.5 }).totalRunTimeSeconds).toBe(15.5),
  );
  test.each(STATE_TYPES.filter((type) => type !== 'RUNNING'))('is not added when %s is left', (type) =>
    expect(columnsAfter(type, { type: 'RUNNING' }, { totalRunTimeSeconds: 5.5 }).totalRunTimeSeconds).toBe(5.5),
  );
});

describe('what is expected and scheduled', () => {
  test('a new schedule does not move what was expected at first', () =>
    expect(
      columnsAfter('SCHEDULED', SCHEDULED, { expectedStartTime: at(-50), nextScheduledStartTime: at(-50) }),
    ).toMatchObject({
      expectedStartTime: at(-50),
      nextScheduledStartTime: at(500),
    }));
  test('a run that leaves its schedule has no next start', () =>
    expect(
      columnsAfter('SCHEDULED', { type: 'PENDING' }, { nextScheduledStartTime: at(-50) }).nextScheduledStartTime,
    ).toBe(null));
  test('the time of a pending state is not a schedule', () =>
    expect(columnsAfter('SCHEDULED', { type: 'PENDING', details: { scheduledTime: at(500) } })).toMatchObject({
      nextScheduledStartTime: null,
      expectedStartTime: NOON,
    }));
});

describe('the count of runs', () => {
  test.each(STATE_TYPES)('to %s', (type) =>
    expect(columnsAfter('PENDING', { type }, { runCount: 3 }).runCount).toBe(type === 'RUNNING' ? 4 : 3),
  );
  test('does not count a flow run that resumes', () => {
    expect(flowRunAfter('PENDING', 'RUNNING', { resuming: false }).runCount).toBe(2);
    expect(flowRunAfter('PENDING', 'RUNNING', { resuming: true }).runCount).toBe(1);
  });
});

test.each(STATE_TYPES)('the mark of resuming is cleared by RUNNING and by an end: %s', (type) => {
  const policy = { resuming: true, pauseKeys: ['k'], retries: 2 };
  const cleared = type === 'RUNNING' || FINAL_STATE_TYPES.includes(type);
  expect(flowRunAfter('PENDING', type, policy).policy).toEqual({
    ...NO_FLOW_RUN_POLICY,
    ...policy,
    resuming: !cleared,
  });
  expect(flowRunAfter('PENDING', type, {}).policy).toEqual(NO_FLOW_RUN_POLICY);
});
