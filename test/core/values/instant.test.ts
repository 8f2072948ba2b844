import { describe, expect, test } from 'vitest';
import {
  addSeconds,
  formatInstant,
  LAST_INSTANT,
  parseInstant,
  secondsBetween,
} from '../../../src/core/values/instant.ts';

const NOON = Date.UTC(2026, 10, 21, 12) * 1000;

describe('reading a time', () => {
  test.each([
    ['2026-11-21T12:00:00Z', NOON],
    ['2026-11-21t12:00:00z', NOON],
    ['2026-11-21 12:00:00', NOON],
    ['2026-11-21T12:00:00', NOON],
    ['2026-11-21', NOON - 12 * 3_600_000_000],
    ['2026-11-21T12:00', NOON],
    ['2026-11-21T12', NOON],
    ['2026-11-21T14:00+02:00', NOON],
    ['20261121T120000Z', NOON],
    ['2026-11-21T12:00:00.5Z', NOON + 500_000],
    ['2026-11-21T12:00:00,5Z', NOON + 500_000],
    ['2026-11-21T12:00:00.000001Z', NOON + 1],
    ['2026-11-21T12:00:00.123456789Z', NOON + 123_456],
    ['2026-11-21T14:00:00+02:00', NOON],
    ['2026-11-21T14:00:00+0200', NOON],
    ['2026-11-21T14:00:00+02', NOON],
    ['2026-11-21T06:30:00-05:30', NOON],
    ['2026-11-21T12:00:00 Z', NOON],
    ['2026-11-22T11:59:00+23:59', NOON],
    ['1969-12-31T23:59:59.999999Z', -1],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29) * 1000],
    ['9999-12-31T23:59:59Z', Date.UTC(9999, 11, 31, 23, 59, 59) * 1000],
    // Python's datetime.max, which clients send for "never".
    ['9999-12-31T23:59:59.999999Z', LAST_INSTANT],
  ])('the time %s is read', (text, instant) => expect(parseInstant(text)).toBe(instant));

  test.each([
    '',
    'now',
    '2026',
    '2026-11',
    '2026-11-21Z',
    '2026-11-21T1',
    '2026-02-31T12:00:00Z',
    '2025-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-11-00T00:00:00Z',
    '2026-11-21T24:00:00Z',
    '2026-11-21T12:60:00Z',
    '2026-11-21T12:00:60Z',
    '2026-11-21T12:00:00+24:00',
    '2026-11-21T12:00:00+02:60',
    '2026-11-21T12:00:00.Z',
    '2026-11-21T12:00:00.1234567890Z',
    '0099-01-01T00:00:00Z',
    '+02026-11-21T12:00:00Z',
    ' 2026-11-21T12:00:00Z',
    '2026-11-21T12:00:00Z\n',
    // In UTC these have years of five and three digits, which cannot be read back.
    '9999-12-31T23:59:59-01:00',
    '1000-01-01T00:00:00+01:00',
  ])('%j is not a time', (text) => expect(parseInstant(text)).toBe(null));
});

test.each([
  [NOON, '2026-11-21T12:00:00.000000Z'],
  [NOON + 563_414, '2026-11-21T12:00:00.563414Z'],
  [NOON + 1, '2026-11-21T12:00:00.000001Z'],
  [0, '1970-01-01T00:00:00.000000Z'],
  [LAST_INSTANT, '9999-12-31T23:59:59.999968Z'],
  [-1, '1969-12-31T23:59:59.999999Z'],
])('the instant %d is written as %s and read back unchanged', (instant, text) => {
  expect(formatInstant(instant)).toBe(text);
  expect(parseInstant(text)).toBe(instant);
});

test('days from the year 1000 to 9999 are written as Date writes them', () => {
  const wrong: number[] = [];
  for (let day = Date.UTC(1000, 0, 1); day <= Date.UTC(9999, 11, 31); day += 11 * 86_400_000)
    if (formatInstant(day * 1000) !== new Date(day).toISOString().replace('Z', '000Z')) wrong.push(day);
  expect(wrong).toEqual([]);
});

test('instants are exact to the microsecond until 2255', () => {
  // 2255 is the last year whose microseconds are all exact numbers.
  const late = Date.UTC(2255, 0, 1) * 1000;
  expect(formatInstant(late + 1)).toBe('2255-01-01T00:00:00.000001Z');
});

test('seconds between instants are exact to the microsecond', () => {
  expect(secondsBetween(NOON, NOON + 1_500_001)).toBe(1.500001);
  expect(secondsBetween(NOON, NOON - 500_000)).toBe(-0.5);
  expect(addSeconds(NOON, 1.5000014)).toBe(NOON + 1_500_001);
  expect(addSeconds(NOON, -0.1)).toBe(NOON - 100_000);
});
