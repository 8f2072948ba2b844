import { expect, test } from 'vitest';
import { timeZone, timeZoneOrOffset } from '../../../src/core/schedules/timeZone.ts';

const HOUR = 3_600_000_000;
const YEAR = 365.25 * 24 * HOUR;

test.each(['Europe/Berlin', 'US/Pacific', 'America/Kentucky/Louisville', 'Etc/GMT+5', 'EST5EDT', 'UTC', 'GB'])(
  '%s is a time zone',
  (name) => expect(timeZone(name)?.name).toBe(name),
);

test.each([
  'PST',
  'IST',
  'ACT',
  '+02:00',
  '+25:00',
  '-99:99',
  'SystemV/PST8PDT',
  'Europe',
  'Mars/Olympus',
  'Europe/Atlantis',
  'GMT+5',
  '',
])('%j is not a time zone', (name) => expect(timeZone(name)).toBeNull());

test.each([
  ['+02:00', 2],
  ['-0230', -2.5],
  ['+14:00', 14],
  ['+15:00', null],
  ['-99:99', null],
])('as an offset, %s is %j hours', (name, hours) => {
  expect((timeZoneOrOffset(name)?.offsetAt(0) ?? Number.NaN) / HOUR || null).toBe(hours);
});

test('offsets are right in all centuries, more than are kept at a time', () => {
  const zone = timeZone('Australia/Lord_Howe');
  for (let year = -900; year < 4000; year += 1 / 12) zone?.offsetAt(year * YEAR);
  expect((zone?.offsetAt(57 * YEAR) ?? 0) / HOUR).toBe(11);
  expect((zone?.offsetAt(57.5 * YEAR) ?? 0) / HOUR).toBe(10.5);
  expect(timeZone('Australia/Lord_Howe')?.offsetAt(57 * YEAR)).toBe(11 * HOUR);
});
