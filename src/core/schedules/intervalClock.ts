import type { Instant } from '../values/instant.ts';
import type { ClockTimes, ZonedMoment } from './clock.ts';
import { addTime, UTC } from './timeZone.ts';

/** The default start of an interval: 2019-01-01. */
const DEFAULT_START: ZonedMoment = { instant: Date.UTC(2019, 0, 1) * 1000, zone: UTC };

/**
 * Strikes at start, start + interval, start + 2 intervals, ... From a day after the start, strikes follow the wall
 * clock.
 * Source: Prefect 1, schedules/clocks.py, IntervalClock.
 */
export const intervalClock = (interval: number, start: ZonedMoment | null, end: Instant | null): ClockTimes =>
  function* strikes(after) {
    const { instant: first, zone } = start ?? DEFAULT_START;
    for (let count = after < first ? 0 : Math.floor((after - first) / interval) + 1; ; count++) {
      const instant = addTime(first, count * interval, zone);
      if (end !== null && instant > end) return;
      // If clocks were set back since the start, the count may be one too low.
      if (instant > after) yield { instant, zone };
    }
  };
