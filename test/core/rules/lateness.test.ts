import { expect, test } from 'vitest';
import { estimatedRunTimeSeconds, latenessSeconds } from '../../../src/core/rules/lateness.ts';

const second = 1_000_000;

test.each([
  ['a run that is not expected at any time is in time', null, null, 'PENDING', 0],
  ['a run that waits beyond its time is late by the wait', null, 10 * second, 'SCHEDULED', 90],
  ['a run whose time has not come is in time', null, 500 * second, 'SCHEDULED', 0],
  ['a run that ended without starting is not late', null, 10 * second, 'CANCELLED', 0],
  ['a run that started late stays late', 40 * second, 10 * second, 'COMPLETED', 30],
  ['a run that started early is in time', 5 * second, 10 * second, 'RUNNING', 0],
] as const)('%s', (_, startTime, expectedStartTime, stateType, late) => {
  expect(latenessSeconds({ startTime, expectedStartTime, stateType }, 100 * second)).toBe(late);
});

test.each([
  ['a running run counts up to now', 'RUNNING', 90 * second, 15],
  ['a run that does not run counts what it ran', 'PAUSED', 90 * second, 5],
  ['a state from the future takes no time away', 'RUNNING', 110 * second, 5],
] as const)('%s', (_, stateType, stateTimestamp, seconds) => {
  expect(estimatedRunTimeSeconds({ stateType, stateTimestamp, totalRunTimeSeconds: 5 }, 100 * second)).toBe(seconds);
});
