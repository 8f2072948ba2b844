import { expect, test } from 'vitest';
import {
  expiredPauseState,
  lateState,
  orphanedSubflowState,
  orphanedTaskRunState,
  timedOutCancellationState,
} from '../../../src/core/rules/overdueStates.ts';

test.each([
  ['late', lateState({ nextScheduledStartTime: 7 }), { type: 'SCHEDULED', name: 'Late', force: false }],
  ['failed after a pause', expiredPauseState(), { type: 'FAILED', force: true }],
  ['cancelled after a time', timedOutCancellationState(), { type: 'CANCELLED', force: false }],
  ['cancelled with its flow run', orphanedTaskRunState(), { type: 'CANCELLED', force: true }],
])('an overdue run is %s', (_, { state, force }, expected) => {
  expect({ ...state, force }).toMatchObject(expected);
});

test('a late run keeps its scheduled time', () => {
  expect(lateState({ nextScheduledStartTime: 7 }).state.details).toEqual({ scheduledTime: 7 });
});

test.each([
  ['a deployment', 'deployment', null, 'CANCELLING'],
  ['infrastructure', null, 'pid', 'CANCELLING'],
  ['neither', null, null, 'CANCELLED'],
])('a subflow with %s whose parent was cancelled becomes $2', (_, deploymentId, infrastructurePid, type) => {
  expect(orphanedSubflowState({ deploymentId, infrastructurePid })).toEqual({
    state: { type, message: 'The parent flow run was cancelled.' },
    force: true,
  });
});
