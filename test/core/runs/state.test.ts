import { expect, test } from 'vitest';
import { FINAL_STATE_TYPES, isFinal, NO_DETAILS, proposeState, STATE_TYPES } from '../../../src/core/runs/state.ts';
import { PROBLEM_CODES, Problem } from '../../../src/core/values/problem.ts';
import { DEFAULT_TENANT_ID } from '../../../src/core/values/viewer.ts';
import { at, NOON } from '../given.ts';

test('four of the nine types end a run', () => {
  expect(STATE_TYPES).toHaveLength(9);
  expect(FINAL_STATE_TYPES).toEqual(['COMPLETED', 'FAILED', 'CANCELLED', 'CRASHED']);
  expect(STATE_TYPES.filter(isFinal)).toEqual(FINAL_STATE_TYPES);
});

test.each([
  ['the type gives the name', { type: 'CANCELLING' }, 'Cancelling'],
  ['null is no name', { type: 'CRASHED', name: null }, 'Crashed'],
  ['an empty name is kept', { type: 'RUNNING', name: '' }, ''],
  ['any name is taken with any type', { type: 'RUNNING', name: 'Late' }, 'Late'],
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

test('what is asked for is kept', () => {
  const request = { type: 'FAILED', message: 'm', data: [0], details: { retriable: false } } as const;
  const state = proposeState({ ...request, data: [0] }, 'id', NOON);
  expect(state).toMatchObject({ message: 'm', data: [0], details: { ...NO_DETAILS, retriable: false } });
});

test.each([
  ['is due now', {}, NOON],
  ['is due now, too, where the time is null', { scheduledTime: null }, NOON],
  ['is due when it says', { scheduledTime: at(9) }, at(9)],
])('a scheduled state %s', (_, details, scheduledTime) =>
  expect(proposeState({ type: 'SCHEDULED', details }, 'id', NOON).details.scheduledTime).toBe(scheduledTime),
);

test('a problem carries its code and more facts for programs', () => {
  const problem = new Problem('VERSION_CONFLICT', 'The run has moved on.', { version: 3 });
  expect(problem).toMatchObject({ name: 'Problem', message: 'The run has moved on.', details: { version: 3 } });
  expect(new Problem('NOT_FOUND', 'x').details).toEqual({});
  expect(PROBLEM_CODES[problem.code]).toContain('version');
});

test('the tenant of a fresh database has an id of the kind that the server makes', () =>
  expect(DEFAULT_TENANT_ID).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/));
