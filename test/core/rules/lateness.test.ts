import { expect, test } from 'vitest';
import { estimatedRunTimeSeconds, latenessSeconds } from '../../../src/core/rules/lateness.ts';

const second = 1_000_000;

test.each([
  ['a run without an expected start is not late', null, null, 'PENDING', 0],
  ['a run that waits past its expected start is late by the difference', null, 10 * second, 'SCHEDULED', 90],
  ['a run before its expected start is not late', null, 500 * second, 'SCHEDULED', 0],
  ['a run that ended without starting is not late', null, 10 * second, 'CANCELLED', 0],
  ['a run that started late stays late', 40 * second, 10 * second, 'COMPLETED', 30],
  ['a run that started early is not late', 5 * second, 10 * second, 'RUNNING', 0],
] as const)('%s', (_, startTime, expectedStartTime, stateType, late) => {
  expect(latenessSeconds({ startTime, expectedStartTime, stateType }, 100 * second)).toBe(late);
});

test.each([
  ['a running run has run until now', 'RUNNING', 90 * second, 15],
  ['a paused run has run for its total run time', 'PAUSED', 90 * second, 5],
  ['a state in the future does not reduce the run time', 'RUNNING', 110 * second, 5],
] as const)('%s', (_, stateType, stateTimestamp, seconds) => {
  expect(estimatedRunTimeSeconds({ stateType, stateTimestamp, totalRunTimeSeconds: 5 }, 100 * second)).toBe(seconds);
});
