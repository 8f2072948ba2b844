import { expect, test } from 'vitest';
import { doneOf, nextBatchSize } from '../../../src/core/bulkJobs/bulkJob.ts';

test.each([
  { size: 25, tookMs: 10, next: 50, why: 'grows while it is quick' },
  { size: 80, tookMs: 10, next: 100, why: 'does not grow past a hundred' },
  { size: 50, tookMs: 100, next: 50, why: 'stays where it is neither quick nor slow' },
  { size: 50, tookMs: 500, next: 25, why: 'is halved where it holds its locks for long' },
  { size: 1, tookMs: 5000, next: 1, why: 'has one run at least' },
])('a batch $why', ({ size, tookMs, next }) => {
  expect(nextBatchSize(size, tookMs)).toBe(next);
});

test('what is done is the sum of the outcomes', () => {
  expect(doneOf({ outcomeCounts: {} })).toBe(0);
  expect(doneOf({ outcomeCounts: { ACCEPT: 3, NOT_FOUND: 1 } })).toBe(4);
});
