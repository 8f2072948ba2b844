import { expect, test } from 'vitest';
import { document, query, succeeds } from './support/prefect1Client.ts';
import { servePrefect1 } from './support/prefect1Server.ts';
import { cron, interval, type Part, schedule } from './support/serializedFlows.ts';
import { createFlow } from './support/world.ts';

servePrefect1();

const RUNS = document<{ flow_run: { scheduled_start_time: string }[] }>(
  'query($flow: uuid!) { flow_run(where: { flow_id: { _eq: $flow } }, order_by: { scheduled_start_time: asc }) { scheduled_start_time } }',
);
const NEW_YORK = 'America/New_York';
const DAY = 24 * 3600;
const HOUR = 3600;
const by = (fn: string, kwargs: Part = {}) => ({ fn: `prefect.schedules.${fn}`, kwargs });

/**
 * Schedules with their times from Prefect 1.4.1 itself, with pendulum 2.1.2 and croniter 1.3.5. The years are in the future,
 * so that a clock's start is also "now". Times are UTC; a year applies until the next one.
 */
const SCHEDULES: [string, Part, string][] = [
  [
    'interval 1 d from 09:00 New York over spring',
    schedule(interval(DAY, { start: '2030-03-07T09:00:00', tz: NEW_YORK })),
    '2030 03-07 14:00 03-08 14:00 03-09 14:00 03-10 13:00 03-11 13:00 03-12 13:00 03-13 13:00 03-14 13:00 03-15 13:00 03-16 13:00',
  ],
  [
    'interval 1 h from 22:00 New York over the autumn fold',
    schedule(interval(HOUR, { start: '2030-11-02T22:00:00', tz: NEW_YORK })),
    '2030 11-03 02:00 11-03 03:00 11-03 04:00 11-03 05:00 11-03 07:00 11-03 08:00 11-03 09:00 11-03 10:00 11-03 11:00 11-03 12:00',
  ],
  [
    'cron hourly New York over the autumn fold',
    schedule(cron('0 * * * *', { start: '2030-11-02T23:30:00', tz: NEW_YORK })),
    '2030 11-03 04:00 11-03 06:00 11-03 07:00 11-03 08:00 11-03 09:00 11-03 10:00 11-03 11:00 11-03 12:00 11-03 13:00 11-03 14:00',
  ],
  [
    'cron 09:00 New York over spring',
    schedule(cron('0 9 * * *', { start: '2030-03-07T00:00:00', tz: NEW_YORK })),
    '2030 03-07 14:00 03-08 14:00 03-09 14:00 03-10 13:00 03-11 13:00 03-12 13:00 03-13 13:00 03-14 13:00 03-15 13:00 03-16 13:00',
  ],
  [
    'cron 13th or Friday',
    schedule(cron('0 0 13 * 5', { start: '2030-01-01T00:00:00' })),
    '2030 01-04 00:00 01-11 00:00 01-13 00:00 01-18 00:00 01-25 00:00 02-01 00:00 02-08 00:00 02-13 00:00 02-15 00:00 02-22 00:00',
  ],
  [
    'cron Friday the 13th, with day_or false',
    schedule(cron('0 0 13 * 5', { start: '2030-01-01T00:00:00', day_or: false })),
    '2030 09-13 00:00 12-13 00:00 2031-06-13 00:00 2032-02-13 00:00 2032-08-13 00:00 2033-05-13 00:00 2034-01-13 00:00 2034-10-13 00:00 2035-04-13 00:00 2035-07-13 00:00',
  ],
  [
    'cron with end_date',
    schedule(cron('0 0 * * *', { start: '2030-01-01T00:00:00', end: '2030-01-03T00:00:00', tz: 'US/Pacific' })),
    '2030 01-01 08:00 01-02 08:00 01-03 08:00',
  ],
  [
    'interval with end_date',
    schedule(interval(HOUR, { start: '2030-01-01T00:00:00', end: '2030-01-01T03:00:00' })),
    '2030 01-01 00:00 01-01 01:00 01-01 02:00 01-01 03:00',
  ],
  [
    'filters and adjustments',
    {
      ...schedule(interval(HOUR, { start: '2030-12-23T00:00:00' })),
      filters: [by('filters.is_weekday')],
      or_filters: [by('filters.at_time', { t: '//time:09:00:00' }), by('filters.at_time', { t: '//time:17:00:00' })],
      not_filters: [by('filters.between_dates', { start_month: 12, start_day: 24, end_month: 1, end_day: 2 })],
      adjustments: [by('adjustments.add', { interval: '//timedelta:300.0' }), by('adjustments.next_weekday')],
    },
    '2030 12-23 09:05 12-23 17:05 2031-01-03 09:05 2031-01-03 17:05 2031-01-06 09:05 2031-01-06 17:05 2031-01-07 09:05 2031-01-07 17:05 2031-01-08 09:05 2031-01-08 17:05',
  ],
  [
    'weekday between times',
    {
      ...schedule(interval(HOUR, { start: '2030-01-04T20:00:00' })),
      filters: [
        by('filters.is_weekday'),
        by('filters.between_times', { start: '//time:09:00:00', end: '//time:12:00:00' }),
      ],
    },
    '2030 01-07 09:00 01-07 10:00 01-07 11:00 01-07 12:00 01-08 09:00 01-08 10:00 01-08 11:00 01-08 12:00 01-09 09:00 01-09 10:00',
  ],
  [
    'dates',
    schedule({
      type: 'DatesClock',
      dates: ['2030-01-02', '2030-01-01', '2020-01-01'].map((d) => ({ dt: `${d}T00:00:00`, tz: 'UTC' })),
      parameter_defaults: {},
      labels: null,
      __version__: '1.4.1',
    }),
    '2030 01-01 00:00 01-02 00:00',
  ],
  [
    'rrule, last day of the month',
    schedule({
      type: 'RRuleClock',
      rrule_obj: {
        rr: 'DTSTART:20300131T060000\nRRULE:FREQ=MONTHLY;COUNT=12;BYMONTHDAY=-1',
        _dtstart: '2030-01-31T06:00:00',
        _until: null,
        __version__: '1.4.1',
        type: 'rrule',
      },
      start_date: null,
      end_date: null,
      parameter_defaults: {},
      labels: null,
      __version__: '1.4.1',
    }),
    '2030 01-31 06:00 02-28 06:00 03-31 06:00 04-30 06:00 05-31 06:00 06-30 06:00 07-31 06:00 08-31 06:00 09-30 06:00 10-31 06:00',
  ],
];

/** `2030 01-04 00:00 01-11 00:00 2031-01-01 05:00` as a list of times. */
function timesOf(text: string): string[] {
  const [first = '', ...words] = text.split(' ');
  let year = first;
  return words.flatMap((word, index) => {
    if (index % 2 === 1) return [];
    const date = word.length > 5 ? word : `${year}-${word}`;
    year = date.slice(0, 4);
    return `${date} ${words[index + 1]}`;
  });
}

test.each(SCHEDULES)('the times of a schedule equal those of Prefect 1.4.1: %s', async (_, given, starts) => {
  const id = await createFlow({ flow: { schedule: given }, set_schedule_active: false });
  await succeeds('set_schedule_active', { flow_id: id });
  const { flow_run } = await query(RUNS, { flow: id });
  const got = flow_run.map((run) => new Date(run.scheduled_start_time).toISOString().slice(0, 16).replace('T', ' '));
  expect(got).toEqual(timesOf(starts));
});
