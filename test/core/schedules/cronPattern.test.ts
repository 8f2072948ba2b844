import { expect, test } from 'vitest';
import { cronPattern } from '../../../src/core/schedules/cronPattern.ts';

const native = (text: string) => cronPattern(text, { dayOr: true, isPrefect1: false });
const prefect1 = (text: string) => cronPattern(text, { dayOr: true, isPrefect1: true });

test.each<[string, number[]]>([
  ['22-2', [0, 1, 2, 22, 23]],
  ['20-4/3', [2, 20, 23]],
  ['21-4/3', [0, 3, 21]],
  ['5-5', [5]],
  ['*/8', [0, 8, 16]],
  ['3/8', [3, 11, 19]],
  ['1,1,2-3', [1, 2, 3]],
])('the hours of %s are %j', (hours, expected) => expect(native(`0 ${hours} * * *`)?.hours).toEqual(expected));

/** The days of June 2026, which begins on a Monday. */
const daysOfJune = (pattern: ReturnType<typeof native>) =>
  Array.from({ length: 30 }, (_, index) => index + 1).filter((date) =>
    pattern?.matchesDay(Date.UTC(2026, 5, date) / 86_400_000),
  );

test.each<[string, number[]]>([
  ['0 0 * * fri-mon', [1, 5, 6, 7, 8, 12, 13, 14, 15, 19, 20, 21, 22, 26, 27, 28, 29]],
  ['0 0 * * 7', [7, 14, 21, 28]],
  ['0 0 * * 5-7', [5, 6, 7, 12, 13, 14, 19, 20, 21, 26, 27, 28]],
  ['0 0 ? * 0', [7, 14, 21, 28]],
  ['0 0 28-2 * ?', [1, 2, 28, 29, 30]],
  ['0 0 l * *', [30]],
  ['0 0 28-l * *', [28, 29, 30]],
  ['0 0 * * fri#2,l1', [12, 29]],
  ['0 0 13 * 5', [5, 12, 13, 19, 26]],
])('%s is due on the days %j of June', (text, expected) => expect(daysOfJune(native(text))).toEqual(expected));

test('for Prefect 1, all days of a month are no restriction', () => {
  expect(daysOfJune(prefect1('0 0 1-31 * sun'))).toEqual([7, 14, 21, 28]);
  expect(daysOfJune(native('0 0 1-31 * sun'))).toHaveLength(30);
});

test.each(['0 22-2 * * *', '0 0 * * fri-mon', '0 0 ? * *', '0 0 * dec-jan *'])('Prefect 1 rejects %s', (text) => {
  expect(prefect1(text)).toBeNull();
  expect(native(text)).not.toBeNull();
});

test.each(['0 0 * * fri-sun', '0 0 * * 6-0', '0 0 * * mon-sun'])(
  'Prefect 1 accepts a range that ends with Sunday: %s',
  (text) => {
    expect(prefect1(text)).not.toBeNull();
  },
);

test.each([
  '* * * *',
  '* * * * * * *',
  '60 * * * *',
  '* 24 * * *',
  '* * 0 * *',
  '* * 32 * *',
  '* * * 13 *',
  '* * * * 8',
  '*/0 * * * *',
  '-1 * * * *',
  '1- * * * *',
  '1-x * * * *',
  '? * * * *',
  '* * * * mon#6',
  '* * * * x#1',
  '* * * * fri#2,mon',
  '* * lw * *',
  '@reboot',
  'h * * * *',
  '1.5 * * * *',
  '',
])('%j is not a cron expression', (text) => {
  expect([native(text), prefect1(text)]).toEqual([null, null]);
});
