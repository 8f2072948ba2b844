import { expect, test } from 'vitest';
import { type MayRunFacts, obstacles, stopsPending } from '../../../src/core/workPools/mayRun.ts';

const MAY_RUN: MayRunFacts = {
  retryType: null,
  deploymentIsGone: false,
  place: { isPoolPaused: false, isQueuePaused: false },
  limits: [{ limit: 2, taken: 1 }],
};

test.each<[string, Partial<MayRunFacts>, string[], boolean]>([
  ['nothing against it', {}, [], false],
  ['no limits', { limits: [] }, [], false],
  ['a rescheduled retry', { retryType: 'reschedule' }, [], false],
  ['a retry by its process', { retryType: 'in_process' }, ['RetriedByProcess'], false],
  ['a deleted deployment', { deploymentIsGone: true }, ['DeploymentDeleted'], true],
  ['no queue', { place: null }, ['NoWorkQueue'], false],
  ['a paused pool', { place: { isPoolPaused: true, isQueuePaused: false } }, ['WorkPoolPaused'], false],
  ['a paused queue', { place: { isPoolPaused: false, isQueuePaused: true } }, ['WorkQueuePaused'], false],
  ['a full limit', { limits: [{ limit: 2, taken: 2 }] }, ['NoFreeSlot'], true],
  ['a limit that was lowered', { limits: [{ limit: 1, taken: 3 }] }, ['NoFreeSlot'], true],
  ['a limit of 0', { limits: [{ limit: 0, taken: 0 }] }, ['NoFreeSlot'], true],
  [
    'two full limits of three',
    {
      limits: [
        { limit: 1, taken: 1 },
        { limit: 9, taken: 1 },
        { limit: 2, taken: 2 },
      ],
    },
    ['NoFreeSlot', 'NoFreeSlot'],
    true,
  ],
  [
    'everything against it',
    {
      retryType: 'in_process',
      deploymentIsGone: true,
      place: { isPoolPaused: true, isQueuePaused: true },
      limits: [{ limit: 0, taken: 0 }],
    },
    ['RetriedByProcess', 'DeploymentDeleted', 'WorkPoolPaused', 'WorkQueuePaused', 'NoFreeSlot'],
    true,
  ],
])('a scheduled run with %s has the obstacles $2, and one that stops PENDING: $3', (_, facts, kinds, stops) => {
  const found = obstacles({ ...MAY_RUN, ...facts });
  expect(found.map(({ kind }) => kind)).toEqual(kinds);
  expect(found.some(stopsPending)).toBe(stops);
});

test('an obstacle names the limit that is reached', () => {
  const full = { name: 'b', limit: 1, taken: 1 };
  expect(obstacles({ ...MAY_RUN, limits: [{ name: 'a', limit: 2, taken: 1 }, full] })).toEqual([
    { kind: 'NoFreeSlot', limit: full },
  ]);
});
