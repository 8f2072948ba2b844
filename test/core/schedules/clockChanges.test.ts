import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  type DeploymentTimesRequest,
  deploymentTimes,
  timesAfter,
} from '../../../src/core/schedules/deploymentTimes.ts';
import { nextEvents, readSchedule } from '../../../src/core/schedules/schedule.ts';
import { firstFromWall, type TimeZone, timeZone, toWall, UTC } from '../../../src/core/schedules/timeZone.ts';
import { formatInstant, parseInstant } from '../../../src/core/values/instant.ts';
import type { JsonObject } from '../../../src/core/values/jsonObject.ts';

// 300 schedules over the changes of the clock of ten zones in 2027, with the answers of the schedule classes of Prefect 1.4.1
// and 3.8.8: see `recordSchedules.py`. Times are in seconds after the time from which to look, which is two and a half hours
// before the change.

interface RecordedSchedule {
  interval?: number;
  anchor?: string;
  cron?: string;
  rule?: string;
  start?: string;
}
type Recorded = [zone: string, after: string, schedule: RecordedSchedule, prefect1: number[], prefect3: number[]];

const COUNT = 12;
const SECOND = 1_000_000;
const HOUR = 3600;
const DAY = 24 * HOUR;
const recorded: Recorded[] = JSON.parse(
  readFileSync(path.join(import.meta.dirname, 'recordedClockChanges.json'), 'utf8'),
);
const at = (text = '') => parseInstant(text) ?? Number.NaN;
const zoneOf = (name: string): TimeZone => timeZone(name) ?? UTC;
const shown = ([zone, after, schedule]: Recorded) =>
  [`${zone} ${after.slice(0, 10)} ${JSON.stringify(schedule)}`] as const;

/** The change of the clock: when it happens, in seconds after the start of the search, and by how many seconds. */
function changeAfter([zone, after]: Recorded) {
  const offset = (seconds: number) => zoneOf(zone).offsetAt(at(after) + seconds * SECOND);
  let seconds = 0;
  while (offset(seconds) === offset(0)) seconds++;
  return { seconds, by: (offset(seconds) - offset(0)) / SECOND };
}

test('the recorded schedules are 300, for twenty changes of the clock', () => {
  expect(recorded).toHaveLength(300);
  expect(new Set(recorded.map(([zone, after]) => zone + after)).size).toBe(20);
});

const isCertainHour = ({ cron }: RecordedSchedule) => cron !== undefined && !/^\S+ \*\S* /.test(cron);

describe('Prefect 1', () => {
  function clockOf([zone, , { interval, anchor, cron, rule, start }]: Recorded): JsonObject {
    const start_date = { dt: anchor ?? '2027-01-01T00:00:00', tz: zone };
    if (interval !== undefined) return { type: 'IntervalClock', interval: interval * SECOND, start_date };
    if (cron !== undefined) return { type: 'CronClock', cron, start_date };
    const wall = at(start);
    const minutes = (wall - firstFromWall(wall, zoneOf(zone))) / SECOND / 60;
    const two = (number: number) => String(Math.floor(number)).padStart(2, '0');
    const offset = `${minutes < 0 ? '-' : '+'}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`;
    const _dtstart = formatInstant(wall).slice(0, 19) + offset;
    return { type: 'RRuleClock', rrule_obj: { type: 'rrule', rr: `RRULE:${rule}`, _dtstart } };
  }
  const timesOf = (row: Recorded) =>
    nextEvents(readSchedule({ clocks: [clockOf(row)] }), at(row[1]), COUNT)
      .map(({ instant }) => (instant - at(row[1])) / SECOND)
      .sort((a, b) => a - b);

  const isCron = ([, , { cron }]: Recorded) => cron !== undefined;
  test.each(recorded.filter((row) => !isCron(row)).map((row) => [...shown(row), row] as const))(
    'the schedule of Prefect 1 has the times of Prefect 1.4.1: %s',
    (_, row) => expect(timesOf(row)).toEqual(row[3]),
  );

  // After some changes, the next strike of croniter 1.3 comes an hour too early, or is missing on that day.
  test.each(recorded.filter(isCron).map((row) => [...shown(row), row] as const))(
    'the cron schedule of Prefect 1 has the times of Prefect 1.4.1, except on the day of the change: %s',
    (_, row) => {
      const { seconds: change, by } = changeAfter(row);
      const found = timesOf(row);
      const last = Math.min(found.at(-1) ?? 0, row[3].at(-1) ?? 0);
      const isCompared = (time: number) =>
        time <= last && (time < change || time > change + DAY + 2 * Math.abs(by)) && !isTooEarly(time);
      const isTooEarly = (time: number) => !found.includes(time) && found.includes(time + by);
      expect(found.filter(isCompared)).toEqual(row[3].filter(isCompared));
    },
  );

  test('of 120 cron schedules of Prefect 1, 94 have exactly the times of Prefect 1.4.1', () => {
    const exact = recorded.filter((row) => isCron(row) && JSON.stringify(timesOf(row)) === JSON.stringify(row[3]));
    expect(exact).toHaveLength(94);
  });
});

describe('Prefect 3', () => {
  function requestOf([timezone, , { interval, anchor, cron, rule, start }]: Recorded): DeploymentTimesRequest {
    if (interval !== undefined) return { intervalSeconds: interval, anchorDate: { wall: at(anchor) }, timezone };
    return cron !== undefined ? { cron, timezone } : { rrule: `DTSTART:${start}\nRRULE:${rule}`, timezone };
  }
  const timesOf = (row: Recorded) =>
    timesAfter(deploymentTimes('schedule', requestOf(row), at(row[1])), at(row[1]), COUNT).map(
      (instant) => (instant - at(row[1])) / SECOND,
    );
  /** The times of one that the other lacks, up to the last one of both. */
  const without = (times: number[], others: number[]) =>
    times.filter((time) => !others.includes(time) && time <= Math.min(times.at(-1) ?? 0, others.at(-1) ?? 0));

  test.each(recorded.filter(([, , { interval }]) => !interval).map((row) => [...shown(row), row] as const))(
    'a schedule has the times of Prefect 3, except at the change of the clock: %s',
    (_, row) => {
      const [, , schedule, , prefect3] = row;
      const { seconds: change, by } = changeAfter(row);
      const found = timesOf(row);
      const [lost, added] = [without(prefect3, found), without(found, prefect3)];
      const isStar = schedule.cron !== undefined && !isCertainHour(schedule);
      if (by > 0) {
        // A skipped time strikes as long before the change in Prefect 3 as it would be after it. Here it strikes after it.
        for (const time of lost) expect(time >= change - by && time < change).toBe(true);
        expect(added.every((time) => !isStar && lost.includes(time - by))).toBe(true);
        if (!isStar) for (const time of lost) expect(found).toContain(time + by);
      } else {
        // A time with a wildcard hour strikes in both hours.
        expect(lost).toEqual([]);
        for (const time of added) expect(isStar && time >= change && time < change - by).toBe(true);
      }
    },
  );

  // Prefect 3 adds the elapsed intervals to the anchor, so that the times after a change may be an hour off for ever.
  test.each(recorded.filter(([, , { interval }]) => interval).map((row) => [...shown(row), row] as const))(
    'an interval of days follows the wall clock of its anchor, and an interval of hours elapsed time: %s',
    (_, row) => {
      const [zoneName, after, { interval = 0, anchor }, , prefect3] = row;
      const { seconds: change, by } = changeAfter(row);
      const zone = zoneOf(zoneName);
      const found = timesOf(row);
      const isSkipped = (time: number) => by > 0 && time >= change && time < change + by;
      for (const time of found.filter((one) => !isSkipped(one))) {
        const instant = at(after) + time * SECOND;
        const passed = interval < DAY ? instant - firstFromWall(at(anchor), zone) : toWall(instant, zone) - at(anchor);
        expect(passed % (interval * SECOND)).toBe(0);
      }
      if (interval < DAY) expect(without(prefect3, found)).toEqual([]);
      else if (by < 0 && zone.offsetAt(firstFromWall(at(anchor), zone)) === zone.offsetAt(at(after)))
        expect(found).toEqual(prefect3);
    },
  );
});
