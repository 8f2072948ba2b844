import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { nextEvents, readClock, readSchedule } from '../../../src/core/schedules/schedule.ts';
import { formatInstant, parseInstant } from '../../../src/core/values/instant.ts';
import type { Json, JsonObject } from '../../../src/core/values/jsonObject.ts';

const NEW_YORK = 'America/New_York';
const at = (text: string) => parseInstant(text) ?? Number.NaN;
const shown = (instant: number) => formatInstant(instant).replace(/(\.000000)?Z$/, 'Z');
const times = (schedule: Json, after: string, count: number) =>
  nextEvents(readSchedule(schedule), at(after), count).map(({ instant }) => shown(instant));

const date = (dt: string | undefined, tz: string) => (dt ? { dt, tz } : null);
const clock = (type: string, rest: JsonObject, start?: string, tz = 'UTC', end?: string): JsonObject => ({
  type,
  start_date: date(start, tz),
  end_date: date(end, tz),
  parameter_defaults: {},
  labels: null,
  ...rest,
});
const cron = (text: string, ...dates: [start?: string, tz?: string, end?: string]) =>
  clock('CronClock', { cron: text }, ...dates);
const interval = (seconds: number, ...dates: [start?: string, tz?: string, end?: string]) =>
  clock('IntervalClock', { interval: seconds * 1_000_000 }, ...dates);
const HOUR = 3600;
const DAY = 24 * HOUR;

describe('schedules recorded from Prefect 1.4.1', () => {
  // Recorded: random schedules with what Schedule.next of prefect 1.4.1 (croniter 1.3.5, pendulum 2.1.2) returned.
  const recorded: { schedule: Json; after: string; next: string[] }[] = JSON.parse(
    readFileSync(path.join(import.meta.dirname, 'recordedSchedules.json'), 'utf8'),
  );
  test.each(recorded.map((one) => [JSON.stringify(one.schedule).slice(0, 120), one.after, one] as const))(
    'the schedule %s strikes as in Prefect 1.4.1 after %s',
    (_, __, { schedule, after, next }) => expect(times(schedule, after, 8).slice(0, next.length)).toEqual(next),
  );
});

test.each<[string, JsonObject[], string, string]>([
  [
    'an interval never strikes at the start of the search',
    [interval(HOUR)],
    '2022-01-01T01:00:00Z',
    '01-01 02:00, 01-01 03:00',
  ],
  [
    'an interval of days keeps its wall-clock time in spring',
    [interval(DAY, '2022-03-10T09:00:00', NEW_YORK)],
    '2022-03-11T00:00:00Z',
    '03-11 14:00, 03-12 14:00, 03-13 13:00, 03-14 13:00',
  ],
  [
    'an interval of hours skips the repeated hour in autumn',
    [interval(HOUR, '2022-11-05T22:00:00', NEW_YORK)],
    '2022-11-06T03:30:00Z',
    '11-06 04:00, 11-06 05:00, 11-06 07:00, 11-06 08:00',
  ],
  [
    'cron strikes once in the repeated hour',
    [cron('0 * * * *', '2022-01-01T00:00:00', NEW_YORK)],
    '2022-11-06T03:30:00Z',
    '11-06 04:00, 11-06 06:00, 11-06 07:00, 11-06 08:00',
  ],
  [
    'cron strikes an hour late if its hour is skipped',
    [cron('30 2 * * *', '2022-01-01T00:00:00', NEW_YORK)],
    '2022-03-12T12:00:00Z',
    '03-13 07:30, 03-14 06:30',
  ],
  [
    'cron matches the day of the month or of the week',
    [cron('0 0 13 * 5')],
    '2022-01-01T00:00:00Z',
    '01-07 00:00, 01-13 00:00, 01-14 00:00',
  ],
  [
    'cron with `day_or: false` matches the day of the month and of the week',
    [{ ...cron('0 0 13 * 5'), day_or: false }],
    '2022-01-01T00:00:00Z',
    '05-13 00:00, 2023-01-13 00:00, 2023-10-13 00:00',
  ],
  [
    'a clock ends with its end date',
    [cron('0 0 * * *', '2022-01-01T00:00:00', 'US/Pacific', '2022-01-03T00:00:00')],
    '2021-12-31T00:00:00Z',
    '01-01 08:00, 01-02 08:00, 01-03 08:00',
  ],
  [
    'an interval ends with its end date',
    [interval(HOUR, '2022-01-01T00:00:00', 'UTC', '2022-01-01T02:00:00')],
    '2021-12-31T00:00:00Z',
    '01-01 00:00, 01-01 01:00, 01-01 02:00',
  ],
  [
    'a cron clock that starts within a second begins with the next second',
    [cron('0 0 * * *', '2022-01-01T00:00:00.000001')],
    '2021-01-01T00:00:00Z',
    '01-02 00:00',
  ],
  [
    'the events of two clocks are merged in order',
    [interval(2 * HOUR), interval(3 * HOUR)],
    '2022-01-01T00:00:00Z',
    '01-01 02:00, 01-01 03:00, 01-01 04:00, 01-01 06:00, 01-01 08:00',
  ],
  ['cron for a day that no month has never strikes', [cron('0 0 30 2 *')], '2022-01-01T00:00:00Z', ''],
  ['a schedule without clocks has no events', [], '2022-01-01T00:00:00Z', ''],
])('%s', (_, clocks, after, expected) => {
  const wanted = expected === '' ? [] : expected.split(', ');
  const got = times({ clocks }, after, Math.max(wanted.length, 1)).map((time) => time.slice(0, 16).replace('T', ' '));
  expect(got.map((time) => time.replace(/^2022-/, ''))).toEqual(wanted);
});

test('filters select events and adjustments move them', () => {
  const filter = (name: string, kwargs: JsonObject = {}) => ({ fn: `prefect.schedules.filters.${name}`, kwargs });
  const schedule = {
    clocks: [interval(HOUR)],
    filters: [filter('is_weekday')],
    or_filters: [filter('at_time', { t: '//time:09:00:00' }), filter('at_time', { t: '//time:17:00:00' })],
    not_filters: [filter('between_dates', { start_month: 12, start_day: 24, end_month: 1, end_day: 2 })],
    adjustments: [
      { fn: 'prefect.schedules.adjustments.add', kwargs: { interval: '//timedelta:300.0' } },
      'prefect.schedules.adjustments.next_weekday',
      null,
    ],
  };
  expect(times(schedule, '2021-12-23T00:00:00Z', 3)).toEqual([
    '2021-12-23T09:05:00Z',
    '2021-12-23T17:05:00Z',
    '2022-01-03T09:05:00Z',
  ]);
});

describe('filters', () => {
  test.each<[string, JsonObject, string[]]>([
    ['on_datetime', { dt: '//datetime:2022-01-01T06:00:00+00:00' }, ['01T06']],
    [
      'between_datetimes',
      { start: '//datetime:2022-01-01T06:00:00', end: '//datetime:2022-01-01T12:00:00' },
      ['01T06', '01T12'],
    ],
    ['on_date', { month: 1, day: 2 }, ['02T00', '02T06', '02T12', '02T18']],
    [
      'between_times',
      { start: '//time:18:00:00', end: '//time:00:00:00' },
      ['01T18', '02T00', '02T18', '03T00', '03T18'],
    ],
    ['between_times', { start: '//time:05:00', end: '//time:06:00:00.5' }, ['01T06', '02T06', '03T06']],
    ['is_day_of_week', { day_of_week: 0 }, ['03T00', '03T06', '03T12', '03T18']],
    ['is_month_start', {}, ['01T06', '01T12', '01T18']],
    ['is_weekend', {}, ['01T06', '01T12', '01T18', '02T00', '02T06', '02T12', '02T18']],
    ['is_month_end', {}, []],
  ])('the filter %s with %j selects its events', (name, kwargs, expected) => {
    const schedule = {
      clocks: [interval(6 * HOUR, '2022-01-01T00:00:00', 'UTC', '2022-01-03T18:00:00')],
      filters: [{ fn: `prefect.schedules.filters.${name}`, kwargs }],
    };
    expect(times(schedule, '2022-01-01T00:00:00Z', 20).map((time) => time.slice(8, 13))).toEqual(expected);
  });

  test('a search whose filters match nothing ends', () => {
    const never = { fn: 'prefect.schedules.filters.on_date', kwargs: { month: 2, day: 30 } };
    expect(times({ clocks: [interval(HOUR)], filters: [never] }, '2022-01-01T00:00:00Z', 1)).toEqual([]);
  });
});

test('an event carries the parameters and labels of its clock', () => {
  const asked = { parameter_defaults: { x: 1 }, labels: ['a'] };
  const clocks = [interval(HOUR), { ...interval(HOUR), ...asked }, interval(HOUR)];
  const events = nextEvents(readSchedule({ clocks }), at('2022-01-01T00:00:00Z'), 3);
  expect(events.map(({ parameterDefaults, labels }) => [parameterDefaults, labels])).toEqual([
    [{}, null],
    [{ x: 1 }, ['a']],
    [{}, null],
  ]);
});

describe('dates clocks', () => {
  const dates = ['2030-01-02', '2030-01-01T12:00:00', '2020-01-01'].map((dt) => ({ dt, tz: NEW_YORK }));
  test('a dates clock strikes in order, in its zone, and only in the future', () => {
    const schedule = { clocks: [{ type: 'DatesClock', dates }] };
    expect(times(schedule, '2022-01-01T00:00:00Z', 5)).toEqual(['2030-01-01T17:00:00Z', '2030-01-02T05:00:00Z']);
  });
  test.each([
    [{ dt: '2030-01-01T12:00:00', tz: '+02:00' }, '2030-01-01T10:00:00Z'],
    [{ dt: '2030-01-01T12:00:00', tz: '-0230' }, '2030-01-01T14:30:00Z'],
    [{ dt: '2030-01-01T12:00:00+01:00', tz: 'UTC' }, '2030-01-01T11:00:00Z'],
    [{ dt: '2030-01-01T12:00:00' }, '2030-01-01T12:00:00Z'],
    ['2030-01-01T12:00:00', '2030-01-01T12:00:00Z'],
  ])('the date %j strikes at %s', (json, expected) => {
    expect(times({ clocks: [{ type: 'DatesClock', dates: [json, null] }] }, '2022-01-01T00:00:00Z', 5)).toEqual([
      expected,
    ]);
  });
});

describe('iCalendar recurrences', () => {
  const rule = (rr: string, start: string | null, rest: JsonObject = {}) => ({
    type: 'rrule',
    rr,
    _dtstart: start,
    ...rest,
  });
  const clockOf = (rrule_obj: Json, ...dates: [start?: string, tz?: string, end?: string]) => ({
    clocks: [clock('RRuleClock', { rrule_obj }, ...dates)],
  });
  test.each<[string, Json, string, string[]]>([
    [
      'the last day of the month, with a count',
      rule('DTSTART:20300131T060000\nRRULE:FREQ=MONTHLY;COUNT=3;BYMONTHDAY=-1', '2030-01-31T06:00:00'),
      '2022-01-01T00:00:00Z',
      ['2030-01-31T06:00:00Z', '2030-02-28T06:00:00Z', '2030-03-31T06:00:00Z'],
    ],
    [
      'until a date, in the offset of the start',
      rule('RRULE:FREQ=DAILY', '2030-01-01T06:00:00-05:00', { _until: '2030-01-02T06:00:00-05:00' }),
      '2022-01-01T00:00:00Z',
      ['2030-01-01T11:00:00Z', '2030-01-02T11:00:00Z'],
    ],
    [
      'from the default start',
      rule('RRULE:FREQ=YEARLY', null),
      '2030-01-01T00:00:00Z',
      ['2030-06-20T00:00:00Z', '2031-06-20T00:00:00Z'],
    ],
    ['every hour', rule('RRULE:FREQ=HOURLY', '2030-01-01T00:30:00Z'), '2030-02-01T00:00:00Z', ['2030-02-01T00:30:00Z']],
    [
      'on a set of dates',
      { type: 'rruleset', _rdate: ['2030-02-01T00:00:00', '2030-03-01T00:00:00-05:00'] },
      '2022-01-01T00:00:00Z',
      ['2030-02-01T00:00:00Z', '2030-03-01T05:00:00Z'],
    ],
    [
      'on a set of rules with exceptions',
      {
        type: 'rruleset',
        _rrule: [rule('RRULE:FREQ=DAILY;COUNT=4', '2030-01-01T00:00:00Z')],
        _exrule: [rule('RRULE:FREQ=DAILY;COUNT=1', '2030-01-02T00:00:00Z')],
        _rdate: ['2030-02-01T00:00:00'],
        _exdate: ['2030-01-03T00:00:00'],
      },
      '2022-01-01T00:00:00Z',
      ['2030-01-01T00:00:00Z', '2030-01-04T00:00:00Z', '2030-02-01T00:00:00Z'],
    ],
  ])('an iCalendar recurrence strikes: %s', (_, json, after, expected) => {
    expect(times(clockOf(json), after, expected.length)).toEqual(expected);
  });

  test('an iCalendar recurrence begins and ends with the dates of its clock', () => {
    const daily = clockOf(
      rule('RRULE:FREQ=DAILY', '2030-01-01T00:00:00'),
      '2030-02-01T00:00:00',
      'UTC',
      '2030-02-02T00:00:00',
    );
    expect(times(daily, '2022-01-01T00:00:00Z', 9)).toEqual(['2030-02-01T00:00:00Z', '2030-02-02T00:00:00Z']);
  });

  test('an iCalendar recurrence that began years ago costs little and does not end', () => {
    const everyMinute = clockOf(rule('RRULE:FREQ=MINUTELY', '2018-01-01T00:00:00'));
    const found = times(everyMinute, '2030-01-01T00:00:00Z', 300);
    expect([found.length, found[0], found[299]]).toEqual([300, '2030-01-01T00:01:00Z', '2030-01-01T05:00:00Z']);
  });
});

describe('cron expressions', () => {
  // As croniter 1.3.5 judges them.
  test.each([
    ...[
      '* * * * *',
      '*/15 0-3 1,15 jan-mar mon',
      '5/20 * * * *',
      '0 0 L * *',
      '0 0 * * 5#2',
      '0 0 * * L5',
      '0 0 * * 7',
    ],
    ...[
      '@hourly',
      '@daily',
      '@midnight',
      '@weekly',
      '@monthly',
      '@yearly',
      '@annually',
      '* * * * * 30',
      '42 0 0 * * *',
    ],
  ])('%s is a cron expression', (text) => expect(() => readClock(cron(text))).not.toThrow());
  test.each([
    ...[
      'xyz',
      '61 * * * *',
      '* * * *',
      '0 0 1 1 * * 2025',
      '0 0 ? * *',
      '0 0 15W * *',
      '0 0 * * 5L',
      '@reboot',
      '@minutely',
    ],
    ...['0 22-2 * * *', '0 0 0 * *', ''],
  ])('%j is not a cron expression', (text) => expect(() => readClock(cron(text))).toThrow('Invalid cron string'));
  test('the seconds of a cron expression are its last field', () => {
    expect(times({ clocks: [cron('* * * * * 30')] }, '2022-01-01T00:00:00Z', 2)).toEqual([
      '2022-01-01T00:00:30Z',
      '2022-01-01T00:01:30Z',
    ]);
  });
});

test.each<[string, Json, string]>([
  ['a number instead of a map', 1, 'A schedule must have clocks.'],
  ['no clocks', {}, 'A schedule must have clocks.'],
  ['a clock that is not a map', { clocks: [1] }, 'A clock must be an object.'],
  ['a clock without a type', { clocks: [{}] }, 'Unknown type of clock: undefined'],
  ['an interval of 59 seconds', { clocks: [interval(59)] }, 'An interval must be at least one minute.'],
  [
    'an interval that is not a number',
    { clocks: [{ type: 'IntervalClock', interval: 'x' }] },
    'A schedule must have a number, not "x".',
  ],
  ['no interval', { clocks: [{ type: 'IntervalClock' }] }, 'A schedule must have a number, not null.'],
  [
    'an unknown time zone',
    { clocks: [cron('* * * * *', '2022-01-01T00:00:00', 'Moon/Crater')] },
    'A schedule must have a time in a zone',
  ],
  ['a malformed date', { clocks: [cron('* * * * *', 'today')] }, 'A schedule must have a time in a zone'],
  ['a recurrence without a rule', { clocks: [{ type: 'RRuleClock' }] }, 'A recurrence must have an rrule_obj.'],
  ['an unknown function', { clocks: [], filters: [{ fn: 'os.system' }] }, 'Invalid function reference: os.system'],
  ['an unknown filter', { clocks: [], filters: ['prefect.schedules.filters.x'] }, 'Invalid function reference'],
  [
    'a malformed time of day',
    { clocks: [], filters: [{ fn: 'prefect.schedules.filters.at_time', kwargs: { t: '9' } }] },
    'A schedule must have a time of day, not "9".',
  ],
  [
    'a malformed date and time',
    { clocks: [], filters: [{ fn: 'prefect.schedules.filters.on_datetime', kwargs: { dt: '9' } }] },
    'A schedule must have a time, not "9".',
  ],
  [
    'a malformed duration',
    { clocks: [], adjustments: [{ fn: 'prefect.schedules.adjustments.add', kwargs: { interval: 'x' } }] },
    'A schedule must have a duration of at most 100 years, not "x".',
  ],
  ['a number instead of a text', { clocks: [{ type: 'CronClock', cron: 1 }] }, 'A schedule must have a string, not 1.'],
])('a schedule with %s is rejected', (_, json, message) => {
  expect(() => readSchedule(json)).toThrow(message);
});

test('a clock with an end date gives no event after it', () => {
  const ended = cron('0 0 * * *', '2022-01-01T00:00:00', 'UTC', '2022-01-02T00:00:00');
  expect(times({ clocks: [ended] }, '2021-01-01T00:00:00Z', 9)).toHaveLength(2);
});

test('cron strikes once if a skipped hour and the next one coincide', () => {
  const quarters = cron('*/30 2,3 * * *', '2022-01-01T00:00:00', NEW_YORK);
  const found = times({ clocks: [quarters] }, '2022-03-13T05:00:00Z', 3);
  expect(found).toEqual(['2022-03-13T07:00:00Z', '2022-03-13T07:30:00Z', '2022-03-14T06:00:00Z']);
});

test('a search in a cron clock ends after a thousand events', () => {
  const never = { fn: 'prefect.schedules.filters.on_date', kwargs: { month: 2, day: 30 } };
  expect(times({ clocks: [cron('* * * * *')], filters: [never] }, '2022-01-01T00:00:00Z', 1)).toEqual([]);
});

test('the adjustment next_weekday moves weekend events to Monday', () => {
  const schedule = { clocks: [interval(DAY)], adjustments: [{ fn: 'prefect.schedules.adjustments.next_weekday' }] };
  const found = times(schedule, '2022-01-06T12:00:00Z', 4).map((time) => time.slice(0, 10));
  expect(found).toEqual(['2022-01-07', '2022-01-10', '2022-01-10', '2022-01-10']);
});

test('a dates clock without dates never strikes', () => {
  expect(times({ clocks: [{ type: 'DatesClock' }] }, '2022-01-01T00:00:00Z', 1)).toEqual([]);
});

describe('a schedule is rejected as a whole', () => {
  const fns = (count: number) => Array.from({ length: count }, () => 'prefect.schedules.filters.is_weekday');
  const recurrence = (rrule_obj: Json) => ({ clocks: [clock('RRuleClock', { rrule_obj })] });
  const rr = 'RRULE:FREQ=DAILY';
  test.each<[string, Json, string]>([
    ['101 clocks', { clocks: Array(101).fill(cron('* * * * *')) }, 'at most 100 clocks'],
    [
      '200 kB of parameters',
      { clocks: [{ ...interval(HOUR), parameter_defaults: { x: 'x'.repeat(200_000) } }] },
      '100 kB',
    ],
    ['101 filters', { clocks: [], filters: fns(101) }, 'at most 100 functions'],
    ['2001 dates', { clocks: [{ type: 'DatesClock', dates: Array(2001).fill('2030-01-01') }] }, 'at most 2000 dates'],
    ['101 rules', recurrence({ type: 'rruleset', _rrule: Array(101).fill({ rr }) }), 'at most 100 rules'],
    [
      '2001 dates of a set',
      recurrence({ type: 'rruleset', _rdate: Array(2001).fill('2030-01-01') }),
      'at most 2000 dates',
    ],
    ['a list of clocks that is none', { clocks: [], filters: 'all' }, 'must have a list of functions'],
    ['an interval of a fraction', { clocks: [interval(60.000_000_1)] }, 'whole number of microseconds'],
    ['an interval of NaN', { clocks: [clock('IntervalClock', { interval: Number.NaN })] }, 'at least one minute'],
    ['settings that are none', { clocks: [{ ...interval(HOUR), parameter_defaults: 1 }] }, 'must be an object'],
    ['labels that are none', { clocks: [{ ...interval(HOUR), labels: 'x' }] }, 'must be a list'],
    [
      'a duration of centuries',
      {
        clocks: [],
        adjustments: [{ fn: 'prefect.schedules.adjustments.add', kwargs: { interval: '//timedelta:1e12' } }],
      },
      '100 years',
    ],
    ['a zone that is none', { clocks: [interval(HOUR, '2022-01-01T00:00:00', 'PST')] }, 'time in a zone'],
    ['an offset that is none', { clocks: [interval(HOUR, '2022-01-01T00:00:00', '+25:00')] }, 'time in a zone'],
    [
      'an offset of the start that is none',
      recurrence({ type: 'rrule', rr, _dtstart: '2022-01-01T00:00:00-99:99' }),
      '_dtstart',
    ],
    [
      'an offset of the start of no zone',
      recurrence({ type: 'rrule', rr, _dtstart: '2022-01-01T00:00:00+15:00' }),
      '_dtstart',
    ],
    ['a start that is no time', recurrence({ type: 'rrule', rr, _dtstart: 'today' }), '_dtstart'],
    ['an end that is no time', recurrence({ type: 'rrule', rr, _until: 'today' }), '_until'],
    ['a date that is no text', recurrence({ type: 'rruleset', _rdate: [1] }), 'must have a string'],
    ['a rule without a text', recurrence({ type: 'rrule' }), 'A rule of a recurrence must have a string `rr`.'],
    ['a rule that is a set', recurrence({ type: 'rrule', rr: `${rr}\nRDATE:20300101T000000` }), 'must be one RRULE'],
    ['a rule that is none', recurrence({ type: 'rrule', rr: 'DTSTART:20300101T000000' }), 'must be one RRULE'],
    ['a rule without a frequency', recurrence({ type: 'rrule', rr: 'RRULE:COUNT=2' }), 'a rule without FREQ'],
    ['a rule with an interval of 0', recurrence({ type: 'rrule', rr: `${rr};INTERVAL=0` }), 'INTERVAL=0'],
    ['a recurrence of another type', recurrence({ type: 'x' }), 'Unknown type of recurrence'],
    ['a cron string of 1001 characters', { clocks: [cron(`${'0,'.repeat(497)}0 0 * * *`)] }, 'Invalid cron string'],
  ])('with %s', (_, json, message) => expect(() => readSchedule(json)).toThrow(message));
});

test.each<[string, Json]>([
  [
    'a recurrence on 30 February',
    {
      clocks: [
        clock('RRuleClock', {
          rrule_obj: {
            type: 'rrule',
            rr: 'RRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30',
            _dtstart: '2022-01-01T00:00:00',
          },
        }),
      ],
    },
  ],
  [
    'a hundred clocks behind a filter',
    {
      clocks: Array.from({ length: 100 }, (_, index) => interval(60 + index)),
      filters: [{ fn: 'prefect.schedules.filters.on_date', kwargs: { month: 2, day: 30 } }],
    },
  ],
  ['an interval of a billion days', { clocks: [clock('IntervalClock', { interval: 1e9 * DAY * 1e6 })] }],
  ['a clock that has ended', { clocks: [interval(HOUR, '2020-01-01T00:00:00', 'UTC', '2021-01-01T00:00:00')] }],
])('%s has no event, and the search for one ends', (_, json) => {
  expect(nextEvents(readSchedule(json), at('2022-01-01T00:00:00Z'), 1)).toEqual([]);
});

test('an event that its adjustment moves beyond the year 9999 is dropped', () => {
  const adjustments = [{ fn: 'prefect.schedules.adjustments.add', kwargs: { interval: '//timedelta:86400' } }];
  const dates = ['9999-12-30', '9999-12-31'].map((dt) => ({ dt, tz: 'UTC' }));
  expect(times({ clocks: [{ type: 'DatesClock', dates }], adjustments }, '2022-01-01T00:00:00Z', 2)).toEqual([
    '9999-12-31T00:00:00Z',
  ]);
});

test('the labels and parameters of a clock need not be equal for its events to be in order', () => {
  const clocks = [
    { ...interval(HOUR), labels: ['b'] },
    { ...interval(HOUR), labels: ['a'] },
  ];
  const events = nextEvents(readSchedule({ clocks }), at('2022-01-01T00:00:00Z'), 4);
  expect(events.map(({ labels }) => labels)).toEqual([['b'], ['a'], ['b'], ['a']]);
});
