import { expect, test } from 'vitest';
import { fromPrefect1, PREFECT_1_STATES, toPrefect1 } from '../../../src/core/prefect1/prefect1States.ts';
import { defaultStateName, STATE_TYPES } from '../../../src/core/runs/state.ts';
import { Problem } from '../../../src/core/values/problem.ts';

test('each of the 21 Prefect 1 state classes maps to a native state and back', () => {
  expect(PREFECT_1_STATES).toHaveLength(21);
  for (const state of PREFECT_1_STATES) expect(toPrefect1(fromPrefect1(state))).toBe(state);
});

test.each([
  ['Pending', 'PENDING', 'Pending'],
  ['Submitted', 'PENDING', 'Submitted'],
  ['Scheduled', 'SCHEDULED', 'Scheduled'],
  ['Resume', 'SCHEDULED', 'Resuming'],
  ['Retrying', 'SCHEDULED', 'AwaitingRetry'],
  ['Queued', 'SCHEDULED', 'AwaitingConcurrencySlot'],
  ['Paused', 'PAUSED', 'Paused'],
  ['Running', 'RUNNING', 'Running'],
  ['Cancelling', 'CANCELLING', 'Cancelling'],
  ['Finished', 'COMPLETED', 'Finished'],
  ['Looped', 'COMPLETED', 'Looped'],
  ['Success', 'COMPLETED', 'Completed'],
  ['Cached', 'COMPLETED', 'Cached'],
  ['Mapped', 'COMPLETED', 'Mapped'],
  ['Skipped', 'COMPLETED', 'Skipped'],
  ['Cancelled', 'CANCELLED', 'Cancelled'],
  ['Failed', 'FAILED', 'Failed'],
  ['TimedOut', 'FAILED', 'TimedOut'],
  ['TriggerFailed', 'FAILED', 'TriggerFailed'],
  ['ValidationFailed', 'FAILED', 'ValidationFailed'],
  ['ClientFailed', 'FAILED', 'ClientFailed'],
])('the Prefect 1 state %s is %s, named %s', (className, type, name) =>
  expect(fromPrefect1(className)).toEqual({ type, name }),
);

test.each([
  ['CRASHED', 'Crashed', 'Failed'],
  ['SCHEDULED', 'Late', 'Scheduled'],
  ['PAUSED', 'Suspended', 'Paused'],
  ['PAUSED', 'NotReady', 'Paused'],
  ['PENDING', 'Submitting', 'Submitted'],
  ['PENDING', 'InfrastructurePending', 'Submitted'],
  ['RUNNING', 'Rerunning', 'Running'],
  // A name counts only with its type.
  ['RUNNING', 'Retrying', 'Running'],
  ['COMPLETED', 'Failed', 'Success'],
  ['COMPLETED', 'of my own making', 'Success'],
] as const)('a Prefect 1 client sees %s, named %s, as %s', (type, name, className) =>
  expect(toPrefect1({ type, name })).toBe(className),
);

test('every state type has a Prefect 1 class, under any name', () => {
  for (const type of STATE_TYPES)
    for (const name of [defaultStateName(type), 'any']) expect(PREFECT_1_STATES).toContain(toPrefect1({ type, name }));
});

test.each(['Nope', 'State', '_MetaState', 'success', '', 'toString'])('%j is not a Prefect 1 state class', (name) => {
  expect(() => fromPrefect1(name)).toThrow(Problem);
  expect(() => fromPrefect1(name)).toThrow(`Unsupported state: ${name}.`);
});
