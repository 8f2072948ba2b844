import { expect, test } from 'vitest';
import { historyBuckets, MAX_HISTORY_BUCKETS } from '../../../src/core/insights/historyBuckets.ts';
import { LAST_INSTANT } from '../../../src/core/values/instant.ts';

const SECOND = 1_000_000;
const edges = (start: number, end: number, intervalSeconds: number) => historyBuckets({ start, end, intervalSeconds });

test.each<[what: string, start: number, end: number, intervalSeconds: number, starts: number[]]>([
  ['follow one another to the end', 0, 3 * SECOND, 1, [0, 1, 2]],
  ['extend past the end if it falls inside the last one', 0, 3.5 * SECOND, 2, [0, 2]],
  ['begin at the start', -5 * SECOND, -1 * SECOND, 2, [-5, -3]],
  ['may have fractions of a second', 0, 3 * SECOND, 1.5, [0, 1.5]],
  ['are a single one if the interval is longer than the period', 0, SECOND, 86_400, [0]],
  ['are none if the period is empty', SECOND, SECOND, 1, []],
  ['are none if the end is before the start', SECOND, 0, 1, []],
])('the intervals of a history %s', (_, start, end, intervalSeconds, starts) => {
  expect(edges(start, end, intervalSeconds)).toEqual({
    intervalMicroseconds: intervalSeconds * SECOND,
    starts: starts.map((seconds) => seconds * SECOND),
  });
});

test('a history has at most 500 intervals', () => {
  expect(edges(0, MAX_HISTORY_BUCKETS * SECOND, 1).starts).toHaveLength(500);
  expect(() => edges(0, MAX_HISTORY_BUCKETS * SECOND + 1, 1)).toThrow(
    /at most 500 intervals, and this one would have 501/,
  );
});

test.each<[string, () => unknown]>([
  ['shorter than a second', () => edges(0, SECOND, 0.999)],
  ['negative', () => edges(0, SECOND, -1)],
  ['not a number', () => edges(0, SECOND, Number.NaN)],
  ['one that ends after the year 9999', () => edges(LAST_INSTANT - SECOND, LAST_INSTANT, 2)],
])('the interval of a history may not be %s', (_, ask) => {
  expect(ask).toThrow(expect.objectContaining({ name: 'Problem', code: 'BAD_USER_INPUT' }));
});
