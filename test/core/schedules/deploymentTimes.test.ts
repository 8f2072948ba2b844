import { expect, test } from 'vitest';
import {
  type DeploymentTimes,
  type DeploymentTimesRequest,
  deploymentTimes,
  dueTimes,
} from '../../../src/core/schedules/deploymentTimes.ts';
import { formatInstant, parseInstant } from '../../../src/core/values/instant.ts';
import { refused } from '../refused.ts';

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
    ['12-01 00:30', '12-01 02:30', '12-01 04:30'],
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
    'an RRULE that names a zone uses the zone of the schedule',
    { rrule: 'DTSTART;TZID=Europe/Berlin:20260101T090000\nRRULE:FREQ=WEEKLY', timezone: NEW_YORK },
    '2026-11-20T00:00:00Z',
    ['11-26 14:00', '12-03 14:00', '12-10 14:00'],
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
  ['an RRULE with COUNT ends', { rrule: 'FREQ=DAILY;COUNT=2' }, '2026-11-21T13:00:00Z', []],
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
  [{ rrule: `RDATE:${'20261122T000000,'.repeat(500)}` }, /at most 6500 characters/],
])('the schedule %j is rejected', (request, reason) => {
  expect(refused(() => deploymentTimes('schedule', request, 0))).toMatch(reason);
});

// Written by a server with another time zone database, or by hand.
test.each<DeploymentTimes>([
  { cron: 'at nine', timezone: null, dayOr: true },
  { cron: '0 9 * * *', timezone: 'Mars/Olympus', dayOr: true },
  { interval: 60, anchorDate: 'once', timezone: null },
])('a stored schedule that cannot be read raises an error: %j', (times) => {
  expect(() => dueTimes(times, 0, null)).toThrow(/Invalid|Unknown time zone/);
});
