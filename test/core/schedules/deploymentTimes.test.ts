import { expect, test } from 'vitest';
import {
  type DeploymentTimes,
  type DeploymentTimesRequest,
  deploymentTimes,
  dueTimes,
  nextTime,
} from '../../../src/core/schedules/deploymentTimes.ts';
import { formatInstant, parseInstant } from '../../../src/core/values/instant.ts';
import { refused } from '../refused.ts';

/** The numbers below a limit, as a list in a rule. */
const numbers = (below: number) => Array.from({ length: below }, (_, index) => index).join();
const NEW_YORK = 'America/New_York';
const at = (text: string) => parseInstant(text) ?? Number.NaN;
const due = (request: DeploymentTimesRequest, now: string, maxRuns: number | null = null) =>
  dueTimes(deploymentTimes('schedule', request, at(now)), at(now), maxRuns).map((instant) =>
    formatInstant(instant).slice(5, 16).replace('T', ' '),
  );

test.each<[string, DeploymentTimesRequest, string, string[]]>([
  [
    'an interval begins at its anchor, or now if it has none',
    { intervalSeconds: 3600 },
    '2026-11-21T13:10:00Z',
    ['11-21 14:10', '11-21 15:10', '11-21 16:10'],
  ],
  [
    'an interval counts back from an anchor in the future',
    { intervalSeconds: 7200, anchorDate: at('2026-12-01T00:30:00Z') },
    '2026-11-30T21:00:00Z',
    ['11-30 22:30', '12-01 00:30', '12-01 02:30'],
  ],
  [
    'an interval of days keeps its wall-clock time in spring',
    { intervalSeconds: 86_400, anchorDate: at('2026-03-01T14:00:00Z'), timezone: NEW_YORK },
    '2026-03-07T00:00:00Z',
    ['03-07 14:00', '03-08 13:00', '03-09 13:00'],
  ],
  [
    'an interval of hours counts elapsed time, also in spring',
    { intervalSeconds: 3600, anchorDate: at('2026-03-01T14:30:00Z'), timezone: NEW_YORK },
    '2026-03-08T05:50:00Z',
    ['03-08 06:30', '03-08 07:30', '03-08 08:30'],
  ],
  [
    'cron keeps its wall-clock time in autumn',
    { cron: '0 9 * * *', timezone: NEW_YORK },
    '2026-10-30T20:00:00Z',
    ['10-31 13:00', '11-01 14:00', '11-02 14:00'],
  ],
  [
    'cron matches the day of the month or the day of the week',
    { cron: '0 0 13 * fri' },
    '2026-11-01T00:00:00Z',
    ['11-06 00:00', '11-13 00:00', '11-20 00:00'],
  ],
  [
    'cron with `dayOr: false` matches the day of the month and the day of the week',
    { cron: '0 0 13 * fri', dayOr: false },
    '2026-11-01T00:00:00Z',
    ['11-13 00:00'],
  ],
  [
    'an RRULE keeps the wall-clock time of its zone',
    { rrule: 'FREQ=DAILY;BYHOUR=9;BYMINUTE=0;BYSECOND=0', timezone: NEW_YORK },
    '2026-10-30T20:00:00Z',
    ['10-31 13:00', '11-01 14:00', '11-02 14:00'],
  ],
  [
    'an RRULE recurs in the zone of its DTSTART',
    { rrule: 'DTSTART;TZID=Europe/Berlin:20261001T090000\nRRULE:FREQ=DAILY' },
    '2026-10-23T12:00:00Z',
    ['10-24 07:00', '10-25 08:00', '10-26 08:00'],
  ],
  [
    'a DTSTART in UTC is a moment, from which an RRULE recurs in the zone of the schedule',
    { rrule: 'DTSTART:20261020T120000Z\nRRULE:FREQ=DAILY', timezone: NEW_YORK },
    '2026-10-31T00:00:00Z',
    ['10-31 12:00', '11-01 13:00', '11-02 13:00'],
  ],
  [
    'an UNTIL in UTC is a moment',
    {
      rrule: 'DTSTART;TZID=Asia/Tokyo:20261130T123000\nRRULE:FREQ=DAILY;UNTIL=20261202T033000Z',
      timezone: 'Asia/Tokyo',
    },
    '2026-11-29T00:00:00Z',
    ['11-30 03:30', '12-01 03:30', '12-02 03:30'],
  ],
  [
    'no time is due after an UNTIL in UTC',
    { rrule: 'DTSTART:20261130T123000\nRRULE:FREQ=DAILY;UNTIL=20261201T033000Z', timezone: 'Asia/Tokyo' },
    '2026-11-29T00:00:00Z',
    ['11-30 03:30', '12-01 03:30'],
  ],
  [
    'an UNTIL in local time is in the zone of the schedule',
    { rrule: 'DTSTART:20261130T123000\nRRULE:FREQ=DAILY;UNTIL=20261201T123000', timezone: 'Asia/Tokyo' },
    '2026-11-29T00:00:00Z',
    ['11-30 03:30', '12-01 03:30'],
  ],
  [
    'EXDATE and RDATE may be moments, or local times in zones of their own',
    {
      rrule: `DTSTART:20261130T090000\nRRULE:FREQ=DAILY;COUNT=4\nEXDATE:20261130T140000Z\nEXDATE;TZID=Asia/Tokyo:20261201T230000
        RDATE:20261202T150000Z\nRDATE;TZID=Europe/Berlin:20261202T170000`,
      timezone: NEW_YORK,
    },
    '2026-11-29T00:00:00Z',
    ['12-02 14:00', '12-02 15:00', '12-02 16:00'],
  ],
  [
    'a long RRULE may continue on another line',
    { rrule: 'DTSTART:20261130T090000\r\nRRULE:FREQ=DAILY;\r\n INTERVAL=2\r\n' },
    '2026-11-30T00:00:00Z',
    ['11-30 09:00', '12-02 09:00', '12-04 09:00'],
  ],
  [
    'an anchor without an offset is in the zone of the schedule',
    { intervalSeconds: 86_400, anchorDate: { wall: at('2026-11-01T09:00:00Z') }, timezone: NEW_YORK },
    '2026-11-20T00:00:00Z',
    ['11-20 14:00', '11-21 14:00', '11-22 14:00'],
  ],
  [
    'a fixed time strikes once in the hour that occurs twice',
    { cron: '30 1 * * *', timezone: NEW_YORK },
    '2026-10-31T12:00:00Z',
    ['11-01 05:30', '11-02 06:30', '11-03 06:30'],
  ],
  [
    'a wildcard hour strikes in both hours when an hour occurs twice',
    { cron: '30 * * * *', timezone: NEW_YORK },
    '2026-11-01T05:00:00Z',
    ['11-01 05:30', '11-01 06:30', '11-01 07:30'],
  ],
  [
    'a time that is skipped in spring strikes an hour later',
    { cron: '30 2 * * *', timezone: NEW_YORK },
    '2026-03-08T07:10:00Z',
    ['03-08 07:30', '03-09 06:30', '03-10 06:30'],
  ],
  [
    'a time after the skipped hour strikes before a skipped time that strikes later',
    { rrule: 'DTSTART:20260301T000000\nRRULE:FREQ=DAILY;BYHOUR=2,3;BYMINUTE=10,50;BYSETPOS=2,3', timezone: NEW_YORK },
    '2026-03-08T00:00:00Z',
    ['03-08 07:10', '03-08 07:50', '03-09 06:50'],
  ],
  [
    'an EXRULE ends with its count',
    { rrule: 'DTSTART:20261122T000000\nRRULE:FREQ=DAILY\nEXRULE:FREQ=DAILY;COUNT=2' },
    '2026-11-21T13:00:00Z',
    ['11-24 00:00', '11-25 00:00', '11-26 00:00'],
  ],
  [
    'an RRULE of half hours may end before its count',
    { rrule: 'DTSTART:20261121T000000\nRRULE:FREQ=HOURLY;BYMINUTE=0,30;COUNT=60;UNTIL=20261121T140000' },
    '2026-11-21T13:00:00Z',
    ['11-21 13:30', '11-21 14:00'],
  ],
  [
    'ranges of cron may wrap',
    { cron: '0 22-2/2 * * fri-mon' },
    '2026-11-29T23:00:00Z',
    ['11-30 00:00', '11-30 02:00', '11-30 22:00'],
  ],
  [
    'an RRULE of minutes that began years ago is found quickly, without its exceptions',
    { rrule: 'DTSTART:20200101T000000\nRRULE:FREQ=MINUTELY;INTERVAL=20\nEXDATE:20261121T132000' },
    '2026-11-21T13:00:30Z',
    ['11-21 13:40', '11-21 14:00', '11-21 14:20'],
  ],
  [
    'an EXRULE removes times of an RRULE',
    { rrule: 'DTSTART:20261101T000000\nRRULE:FREQ=DAILY\nEXRULE:FREQ=DAILY;INTERVAL=2' },
    '2026-11-21T13:00:00Z',
    ['11-22 00:00', '11-24 00:00', '11-26 00:00'],
  ],
  [
    'an hour that is skipped in spring is due once, together with the next',
    { rrule: 'DTSTART:20260301T003000\nRRULE:FREQ=HOURLY', timezone: NEW_YORK },
    '2026-03-08T06:00:00Z',
    ['03-08 06:30', '03-08 07:30', '03-08 08:30'],
  ],
  [
    'an RRULE with COUNT ends',
    { rrule: 'DTSTART:20201121T000000\nRRULE:FREQ=DAILY;COUNT=2194' },
    '2026-11-21T13:00:00Z',
    ['11-22 00:00', '11-23 00:00'],
  ],
  [
    'an RRULE of seconds with COUNT ends, however large its count',
    { rrule: 'DTSTART:20201121T000000\nRRULE:FREQ=SECONDLY;COUNT=189349203' },
    '2026-11-21T13:00:00Z',
    ['11-21 13:00', '11-21 13:00'],
  ],
  ['an RRULE may consist of dates alone', { rrule: 'RDATE:20261122T000000' }, '2026-11-21T13:00:00Z', ['11-22 00:00']],
  [
    'no time is due after a hundred days',
    { intervalSeconds: 60 * 86_400, anchorDate: at('2026-11-21T00:00:00Z') },
    '2026-11-21T13:00:00Z',
    ['01-20 00:00'],
  ],
])('%s', (_, request, now, expected) => expect(due(request, now)).toEqual(expected));

test('runs are created for the next hour, and at least three', () => {
  const now = '2026-11-21T13:00:00Z';
  expect(due({ intervalSeconds: 600 }, now)).toHaveLength(6);
  expect(due({ intervalSeconds: 86_400 }, now)).toHaveLength(3);
});

test('at most a hundred runs, or `maxRuns`, are created ahead', () => {
  const now = '2026-11-21T13:00:00Z';
  expect(due({ intervalSeconds: 1 }, now)).toHaveLength(100);
  expect(due({ intervalSeconds: 1 }, now, 7)).toHaveLength(7);
  expect(due({ intervalSeconds: 86_400 }, now, 2)).toHaveLength(2);
});

test.each<[DeploymentTimesRequest, RegExp]>([
  [{}, /exactly one/],
  [{ cron: '0 0 * * *', intervalSeconds: 60 }, /exactly one/],
  [{ intervalSeconds: 0 }, /intervalSeconds.*1 second/],
  [{ intervalSeconds: 0.4 }, /intervalSeconds.*1 second/],
  [{ intervalSeconds: Number.NaN }, /intervalSeconds/],
  [{ intervalSeconds: 1e308 }, /100 years/],
  [{ cron: 'at nine' }, /cron/],
  [{ cron: 'H * * * *' }, /cron/],
  [{ cron: '0 0 * * *', timezone: 'Mars/Olympus' }, /timezone/],
  [{ cron: '0 0 * * *', anchorDate: 0 }, /anchorDate/],
  [{ intervalSeconds: 60, dayOr: true }, /dayOr/],
  [{ rrule: '' }, /rrule/],
  [{ rrule: 'FREQ=SOMETIMES' }, /rrule/],
  [{ rrule: 'hello' }, /rrule/],
  [{ rrule: 'EXDATE:20261122T000000' }, /rrule/],
  [{ rrule: 'RRULE:INTERVAL=2' }, /rrule/],
  ...[
    'FREQ=DAILY;INTERVAL=0',
    'FREQ=DAILY;INTERVAL=-1',
    'FREQ=DAILY;INTERVAL=1.5',
    'FREQ=DAILY;INTERVAL=1;INTERVAL=2',
    'FREQ=YEARLY;INTERVAL=0;BYSETPOS=1;BYDAY=MO',
    'FREQ=DAILY;COUNT=0',
    'FREQ=DAILY;BYMONTH=13',
    'FREQ=DAILY;BYMONTHDAY=0',
    'FREQ=DAILY;BYHOUR=24',
    'FREQ=DAILY;BYHOUR=noon',
    'FREQ=DAILY;BYDAY=XX',
    'FREQ=DAILY;BYDAY=',
    'FREQ=DAILY;BYDAY=1',
    'FREQ=WEEKLY;BYDAY=1MO',
    'FREQ=MONTHLY;BYDAY=0MO',
    'FREQ=MONTHLY;BYDAY=1MO(1)',
    'FREQ=DAILY;WKST=XX',
    'FREQ=DAILY;BYNOTHING=1',
    'FREQ=DAILY;UNTIL=soon',
    'FREQ=DAILY;UNTIL=20261301T000000',
    'RRULE;X=Y:FREQ=DAILY',
    'DTSTART:20260101T000000\nDTSTART:20260102T000000\nRRULE:FREQ=DAILY',
    'DTSTART:20260101T000000,20260102T000000\nRRULE:FREQ=DAILY',
    'DTSTART;TZID=Mars/Olympus:20260101T000000\nRRULE:FREQ=DAILY',
    'DTSTART;TZID=Europe/Berlin:20260101T000000Z\nRRULE:FREQ=DAILY',
    'DTSTART;TZID=PST:20260101T000000\nRRULE:FREQ=DAILY',
    'RDATE;TZID=PST:20260101T000000\nRRULE:FREQ=DAILY',
    'DTSTART;TZID:20260101T000000\nRRULE:FREQ=DAILY',
    'DTSTART;X=Y:20260101T000000\nRRULE:FREQ=DAILY',
    'RDATE;VALUE=PERIOD:20260101T000000\nRRULE:FREQ=DAILY',
    'VTIMEZONE:X\nRRULE:FREQ=DAILY',
    `FREQ=MONTHLY;BYDAY=${Array.from({ length: 78 }, (_, index) => `${1 + (index % 53)}${index < 53 ? 'MO' : 'TU'}`)}`,
    `FREQ=DAILY;BYHOUR=${numbers(24)};BYMINUTE=${numbers(60)};BYSECOND=1,2`,
  ].map((rrule): [DeploymentTimesRequest, RegExp] => [{ rrule }, /`schedule.rrule` must be a valid iCalendar/]),
  [{ rrule: 'DTSTART;TZID=Europe/Berlin:20260101T000000\nRRULE:FREQ=DAILY', timezone: NEW_YORK }, /Berlin.*New_York/],
  ...['+02:00', '+25:00', '-99:99', 'PST', 'IST', 'ACT', 'SystemV/PST8PDT', 'europe', 'America/', ''].map(
    (timezone): [DeploymentTimesRequest, RegExp] => [{ cron: '0 0 * * *', timezone }, /`schedule.timezone` must be/],
  ),
])('the schedule %j is rejected', (request, reason) => {
  expect(refused(() => deploymentTimes('schedule', request, 0))).toMatch(reason);
});

test('a rule may say that its start is a date and a time', () => {
  const rrule = 'DTSTART;VALUE=DATE-TIME:20261121T090000\nRRULE:FREQ=DAILY;COUNT=2';
  expect(due({ rrule }, '2026-11-21T13:00:00Z')).toEqual(
    due({ rrule: rrule.replace(';VALUE=DATE-TIME', '') }, '2026-11-21T13:00:00Z'),
  );
  expect(due({ rrule }, '2026-11-21T13:00:00Z')).toHaveLength(1);
});

test('a rule of more than 6500 characters is rejected', () => {
  const rrule = `RDATE:${'20261122T000000,'.repeat(500)}`;
  expect(refused(() => deploymentTimes('schedule', { rrule }, 0))).toMatch(/more than 6500 characters/);
});

// Each would keep a search by the clock busy for seconds or for ever. The years are those of the search.
test.each<DeploymentTimesRequest>([
  { cron: '0 0 30 2 *' },
  { cron: '0 0 31 4,6,9,11 *' },
  { cron: '0 0 30 2 mon', dayOr: false },
  ...[
    'FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30',
    'FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30',
    'FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30',
    'FREQ=YEARLY;INTERVAL=5;BYMONTH=2;BYMONTHDAY=30',
    'FREQ=YEARLY;BYYEARDAY=366;BYMONTH=1',
    'FREQ=WEEKLY;BYWEEKNO=30;BYMONTH=1',
    'FREQ=SECONDLY;INTERVAL=2;BYSECOND=7',
    'FREQ=MINUTELY;INTERVAL=1440;BYHOUR=1',
    'FREQ=MONTHLY;BYMONTHDAY=1;BYSETPOS=366',
    `FREQ=YEARLY;BYYEARDAY=${numbers(366).slice(2)};BYSETPOS=${numbers(366).slice(2)};BYMONTH=2;BYMONTHDAY=30`,
    'RRULE:FREQ=DAILY\nEXRULE:FREQ=DAILY',
    'RRULE:FREQ=SECONDLY\nEXRULE:FREQ=SECONDLY',
    'RRULE:FREQ=HOURLY\nEXRULE:FREQ=MINUTELY',
    'FREQ=DAILY;COUNT=2',
    'FREQ=DAILY;UNTIL=20201231T000000',
    'DTSTART:10000101T000000\nRRULE:FREQ=SECONDLY;COUNT=5',
    'DTSTART:10000101T000000\nRRULE:FREQ=SECONDLY;BYHOUR=1;COUNT=2147483647',
    'DTSTART:20200101T000000\nRRULE:FREQ=MONTHLY;COUNT=3;BYMONTHDAY=31',
    'DTSTART:20200101T000000\nRRULE:FREQ=HOURLY;COUNT=30000;BYMINUTE=0,30',
    'FREQ=YEARLY;INTERVAL=100000000000000',
    'RDATE:20201122T000000',
  ].map((rrule) => ({ rrule })),
])('the schedule %j has no time that can be found, and is rejected', (request) => {
  const text = refused(() => deploymentTimes('schedule', request, at('2026-11-21T13:00:00Z')));
  expect(text).toMatch(/`schedule` has no time in the future/);
});

test.each<[string, string]>([
  ['FREQ=DAILY;COUNT=1000000000', '2026-11-22'],
  ['FREQ=MONTHLY;COUNT=1000000000', '2026-12-01'],
  ['FREQ=MINUTELY;BYHOUR=9;COUNT=100000000', '2026-11-22'],
  ['DTSTART:20251121T000000\nRRULE:FREQ=MINUTELY;BYHOUR=9,10;BYSECOND=0,30;COUNT=87841', '2026-11-22'],
  ['DTSTART:20251121T000000\nRRULE:FREQ=MINUTELY;INTERVAL=7;BYHOUR=9;COUNT=3200', '2026-11-22'],
  ['FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO', '2044-02-29'],
  ['FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO', '2044-02-29'],
  ['FREQ=YEARLY;BYYEARDAY=366', '2028-12-31'],
  ['DTSTART:99991231T235959\nRRULE:FREQ=SECONDLY', '9999-12-31'],
  ['FREQ=HOURLY;INTERVAL=100000', '2031-05-29'],
])('the next time of %j is found on %s', (rrule, expected) => {
  const now = at('2026-11-21T13:00:00Z');
  const next = nextTime(deploymentTimes('schedule', { rrule }, now), now);
  expect(formatInstant(next ?? 0).slice(0, 10)).toBe(expected);
});

test('the times within the steps are found even if the search for more exceeds them', () => {
  const rrule = 'RDATE:20261122T000000\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30';
  expect(due({ rrule }, '2026-11-21T13:00:00Z')).toEqual(['11-22 00:00']);
});

test('a stored schedule may have an offset as its time zone', () => {
  const times = { cron: '0 9 * * *', timezone: '+02:00', dayOr: true };
  expect(formatInstant(nextTime(times, 0) ?? 0)).toBe('1970-01-01T07:00:00.000000Z');
});

// Written by a server with another time zone database, or by hand.
test.each<DeploymentTimes>([
  { cron: 'at nine', timezone: null, dayOr: true },
  { cron: '0 9 * * *', timezone: 'Mars/Olympus', dayOr: true },
  { interval: 60, anchorDate: 'once', timezone: null },
])('a stored schedule that cannot be read raises an error: %j', (times) => {
  expect(() => dueTimes(times, 0, null)).toThrow(/Invalid|Unknown time zone/);
});
