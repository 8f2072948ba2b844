import { expect, test } from 'vitest';
import { applyReport } from '../../../src/core/rules/applyReport.ts';
import { NEW_RUN_RECORD } from '../../../src/core/runs/blankRun.ts';
import { proposeState, type StateType } from '../../../src/core/runs/state.ts';
import type { Json } from '../../../src/core/values/jsonObject.ts';
import { at } from '../given.ts';

const state = (type: StateType, seconds: number, data: Json = null) =>
  proposeState({ type, data }, `${type} at ${seconds}`, at(seconds));

test('a task run that is not stored yet begins with its first report', () => {
  const { changes, outOfOrder } = applyReport({ run: null, initial: null, state: state('RUNNING', -60) });
  expect(outOfOrder).toBe(false);
  expect(changes).toEqual({
    stateId: 'RUNNING at -60',
    stateType: 'RUNNING',
    stateName: 'Running',
    stateTimestamp: at(-60),
    runCount: 1,
    expectedStartTime: at(-60),
    nextScheduledStartTime: null,
    startTime: at(-60),
    endTime: null,
    totalRunTimeSeconds: 0,
    flowRunRunCount: 0,
  });
});

test('a report moves the task run at its own time and skips the rules', () => {
  const record = { ...NEW_RUN_RECORD, runCount: 2, startTime: at(-90), totalRunTimeSeconds: 4, flowRunRunCount: 3 };
  const initial = state('RUNNING', -60, { type: 'reference' });
  const completed = applyReport({ run: record, initial, state: state('COMPLETED', -50.5) });
  expect(completed.changes).toMatchObject({
    runCount: 2,
    startTime: at(-90),
    endTime: at(-50.5),
    totalRunTimeSeconds: 13.5,
    flowRunRunCount: 3,
  });
  const kept = state('COMPLETED', -50, { type: 'reference' });
  expect(applyReport({ run: record, initial: kept, state: state('CRASHED', -40) }).changes?.stateType).toBe('CRASHED');
});

test.each([
  ['older than the current state is stored in the history only', -61, true],
  ['at the time of the current state moves the run', -60, false],
  ['newer by a microsecond moves the run', -59.999999, false],
])('a report %s', (_, seconds, outOfOrder) => {
  const report = { run: NEW_RUN_RECORD, initial: state('RUNNING', -60), state: state('PENDING', seconds) };
  const reported = applyReport({ ...report, run: { ...NEW_RUN_RECORD, flowRunRunCount: 0 } });
  expect(reported.outOfOrder).toBe(outOfOrder);
  expect(reported.changes === null).toBe(outOfOrder);
  expect(reported.state).toEqual(report.state);
});

test('a report stores the data `{"type": "unpersisted"}` as null', () =>
  expect(
    applyReport({ run: null, initial: null, state: state('COMPLETED', 0, { type: 'unpersisted' }) }).state.data,
  ).toBe(null));
