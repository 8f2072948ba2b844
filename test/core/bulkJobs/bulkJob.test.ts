import { expect, test } from 'vitest';
import { doneOf, nextBatchSize } from '../../../src/core/bulkJobs/bulkJob.ts';

test.each([
  { size: 25, tookMs: 10, next: 50, why: 'grows if the last one was quick' },
  { size: 150, tookMs: 10, next: 200, why: 'does not grow past 200' },
  { size: 50, tookMs: 100, next: 50, why: 'keeps its size if the last one was neither quick nor slow' },
  { size: 50, tookMs: 500, next: 25, why: 'is halved if the last one held its locks too long' },
  { size: 1, tookMs: 5000, next: 1, why: 'holds at least one run' },
])('a batch of a bulk job $why', ({ size, tookMs, next }) => {
  expect(nextBatchSize(size, tookMs)).toBe(next);
});

test('the number of done runs of a bulk job is the sum of its outcomes', () => {
  expect(doneOf({ outcomeCounts: {} })).toBe(0);
  expect(doneOf({ outcomeCounts: { ACCEPT: 3, NOT_FOUND: 1 } })).toBe(4);
});
