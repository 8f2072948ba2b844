import { expect, test } from 'vitest';
import {
  type Candidate,
  type CountedPlace,
  extendOffer,
  isOpen,
  type Offer,
  placeLimits,
} from '../../../src/core/workPools/offer.ts';

const queue = (name: string, more: Partial<CountedPlace> = {}): CountedPlace => ({
  workQueueId: name,
  workQueueName: name,
  isQueuePaused: false,
  queueLimit: null,
  queueTaken: 0,
  workPoolId: 'pool',
  workPoolName: 'kubernetes',
  isPoolPaused: false,
  poolLimit: null,
  ...more,
});
const run = (id: string, more: Partial<Candidate> = {}): Candidate => ({
  id,
  workQueueId: 'a',
  deploymentId: null,
  deploymentIsGone: false,
  retryType: null,
  deploymentLimit: null,
  deploymentTaken: 0,
  ...more,
});
const limited = (id: string, limit: number, taken = 0) =>
  run(id, { deploymentId: 'limited', deploymentLimit: limit, deploymentTaken: taken });

const nothing = (...places: CountedPlace[]): Offer => ({ offered: [], places, closedDeploymentIds: [] });
const offered = (places: CountedPlace[], candidates: Candidate[], limit = 10) => {
  const offer = extendOffer(nothing(...places), candidates, limit);
  return [offer.offered.map(({ id }) => id).join(' '), offer.closedDeploymentIds.join(' ')];
};

const pooled = (poolLimit: number) => [queue('a', { poolLimit }), queue('b', { poolLimit, queueTaken: 1 })];
test.each<[string, CountedPlace[], Candidate[], string, string]>([
  ['all runs without limits', [queue('a')], [run('1'), run('2')], '1 2', ''],
  [
    'as many runs as fit into the queue',
    [queue('a', { queueLimit: 3, queueTaken: 1 })],
    ['1', '2', '3'].map((id) => run(id)),
    '1 2',
    '',
  ],
  ['as many runs as fit into the pool with the other queues', pooled(2), [run('1'), run('2')], '1', ''],
  [
    'runs of a free queue behind those of a full one',
    [queue('a', { queueLimit: 0 }), queue('b')],
    [run('1'), run('2', { workQueueId: 'b' })],
    '2',
    '',
  ],
  [
    'as many runs of a deployment as it has slots',
    [queue('a')],
    [limited('1', 3, 1), limited('2', 3, 1), limited('3', 3, 1), run('4')],
    '1 2 4',
    'limited',
  ],
  [
    'no runs of deleted deployments',
    [queue('a')],
    [run('1', { deploymentId: 'gone', deploymentIsGone: true }), run('2')],
    '2',
    'gone',
  ],
  ['no runs that their processes retry', [queue('a')], [run('1', { retryType: 'in_process' }), run('2')], '2', ''],
  ['no runs of a queue that is gone', [queue('a')], [run('1', { workQueueId: 'gone' }), run('2')], '2', ''],
  // Its other queue may be free.
  [
    'a deployment stays open if only a queue is full',
    [queue('a', { queueLimit: 0 }), queue('b')],
    [limited('1', 3)],
    '',
    '',
  ],
])('an offer has %s', (_, places, candidates, runs, closed) => {
  expect(offered(places, candidates)).toEqual([runs, closed]);
});

test('an offer ends when it has as many runs as its limit', () => {
  expect(offered([queue('a')], [run('1'), run('2'), run('3')], 2)).toEqual(['1 2', '']);
});

test('a longer offer counts the runs that it had before', () => {
  const first = extendOffer(nothing(queue('a', { queueLimit: 3 })), [limited('1', 2)], 10);
  const second = extendOffer(first, [limited('2', 2), limited('3', 2), run('4'), run('5')], 10);
  expect(second.offered.map(({ id }) => id)).toEqual(['1', '2', '4']);
  expect(second.places.map(({ queueTaken }) => queueTaken)).toEqual([3]);
});

test.each<[string, Partial<CountedPlace>, boolean]>([
  ['without limits', {}, true],
  ['whose pool is paused', { isPoolPaused: true }, false],
  ['that is paused', { isQueuePaused: true }, false],
  ['that is full', { queueLimit: 1, queueTaken: 1 }, false],
  ['whose pool is full', { poolLimit: 1, queueTaken: 1 }, false],
])('a queue %s is open: $2', (_, more, open) => {
  const place = queue('a', more);
  expect(isOpen(place, [place])).toBe(open);
});

test('the runs of a pool are those of its queues, and not of other pools', () => {
  const place = queue('a', { queueLimit: 5, queueTaken: 1, poolLimit: 9 });
  const others = [queue('b', { queueTaken: 2 }), queue('c', { workPoolId: 'other', queueTaken: 4 })];
  expect(placeLimits(place, [place, ...others])).toEqual([
    { place: 'work queue', name: 'a', limit: 5, taken: 1 },
    { place: 'work pool', name: 'kubernetes', limit: 9, taken: 3 },
  ]);
});
