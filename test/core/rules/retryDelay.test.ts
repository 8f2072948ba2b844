import { describe, expect, test } from 'vitest';
import { retryDelaySeconds } from '../../../src/core/rules/retryDelay.ts';

const delay = (delays: number[], runCount: number, factor: number | null = null, random = 0.5) =>
  retryDelaySeconds({ retries: 9, retryDelaySeconds: delays, retryJitterFactor: factor }, runCount, random);

test.each([
  [[], 1, 0],
  [[7], 1, 7],
  [[7], 5, 7],
  [[1, 30], 1, 1],
  [[1, 30], 2, 30],
  [[1, 30], 3, 30],
  [[1, 30], 0, 0],
])('with the delays %j run number %d is retried after %d s', (delays, runCount, seconds) =>
  expect(delay(delays, runCount)).toBe(seconds),
);

describe('jitter', () => {
  const draws = Array.from({ length: 1000 }, (_, index) => index / 1000);
  // What Prefect's own function returns for a delay of 10 s and these random numbers.
  test.each([
    [0.3, 0, 7.517717],
    [0.3, 0.25, 8.632697],
    [0.3, 0.5, 9.887778],
    [0.3, 0.999, 12.992701],
    [1, 0, 4.150375],
    [1, 0.5, 9.217421],
    [1, 0.999, 19.961284],
    [10, 0, 0.007046],
    [10, 0.75, 13.869488],
    [60, 0, 0],
    [60, 0.999, 69.077553],
  ])('a jitter factor of %d with the random number %d turns 10 s into %d s', (factor, random, seconds) =>
    expect(delay([10], 1, factor, random)).toBeCloseTo(seconds, 6),
  );
  test.each([0.01, 0.3, 1, 5])('a jitter factor of %d never exceeds its maximum', (factor) =>
    expect(delay([10], 1, factor, 1 - Number.EPSILON)).toBeCloseTo(10 * (1 + factor), 6),
  );
  test('jitter keeps the delay on average', () => {
    const mean = draws.reduce((sum, random) => sum + delay([10], 1, 0.3, random), 0) / draws.length;
    expect(mean).toBeGreaterThan(9.5);
    expect(mean).toBeLessThan(10.5);
  });
  test('jitter has a finite delay', () => expect(delay([10], 1, 1000, 1 - Number.EPSILON)).toBeLessThan(231));
  test.each([[null], [0]])('the jitter factor %j changes nothing', (factor) => expect(delay([10], 1, factor)).toBe(10));
  test('jitter of no delay is no delay', () => expect(delay([0], 1, 0.5)).toBe(0));
});
