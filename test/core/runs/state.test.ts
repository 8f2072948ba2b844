import { expect, test } from 'vitest';
import { FINAL_STATE_TYPES, isFinal, NO_DETAILS, proposeState, STATE_TYPES } from '../../../src/core/runs/state.ts';
import { PROBLEM_CODES, Problem } from '../../../src/core/values/problem.ts';
import { DEFAULT_TENANT_ID } from '../../../src/core/values/viewer.ts';
import { at, NOON } from '../given.ts';

test('four of the nine state types are final', () => {
  expect(STATE_TYPES).toHaveLength(9);
  expect(FINAL_STATE_TYPES).toEqual(['COMPLETED', 'FAILED', 'CANCELLED', 'CRASHED']);
  expect(STATE_TYPES.filter(isFinal)).toEqual(FINAL_STATE_TYPES);
});

test.each([
  ['a state without a name is named after its type', { type: 'CANCELLING' }, 'Cancelling'],
  ['a state whose name is null is named after its type', { type: 'CRASHED', name: null }, 'Crashed'],
  ['a state may have an empty name', { type: 'RUNNING', name: '' }, ''],
  ['a state of any type may have any name', { type: 'RUNNING', name: 'Late' }, 'Late'],
] as const)('%s', (_, request, name) =>
  expect(proposeState(request, 'id', NOON)).toEqual({
    id: 'id',
    type: request.type,
    name,
    timestamp: NOON,
    message: null,
    data: null,
    details: NO_DETAILS,
    prefect1: null,
  }),
);

test('a proposed state keeps the message, data and details of its request', () => {
  const request = { type: 'FAILED', message: 'm', data: [0], details: { retriable: false } } as const;
  const state = proposeState({ ...request, data: [0] }, 'id', NOON);
  expect(state).toMatchObject({ message: 'm', data: [0], details: { ...NO_DETAILS, retriable: false } });
});

test.each([
  ['without a time is due now', {}, NOON],
  ['whose time is null is due now', { scheduledTime: null }, NOON],
  ['is due at its time', { scheduledTime: at(9) }, at(9)],
])('a scheduled state %s', (_, details, scheduledTime) =>
  expect(proposeState({ type: 'SCHEDULED', details }, 'id', NOON).details.scheduledTime).toBe(scheduledTime),
);

test('a Problem carries its code and its details', () => {
  const problem = new Problem('VERSION_CONFLICT', 'The run has moved on.', { version: 3 });
  expect(problem).toMatchObject({ name: 'Problem', message: 'The run has moved on.', details: { version: 3 } });
  expect(new Problem('NOT_FOUND', 'x').details).toEqual({});
  expect(PROBLEM_CODES[problem.code]).toContain('version');
});

test('the id of the default tenant is a UUIDv7', () =>
  expect(DEFAULT_TENANT_ID).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/));
