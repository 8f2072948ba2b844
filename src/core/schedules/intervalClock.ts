import { type Instant, LAST_INSTANT } from '../values/instant.ts';
import type { ClockTimes, ZonedMoment } from './clock.ts';
import { addTime, UTC } from './timeZone.ts';

/** The default start of an interval: 2019-01-01. */
const DEFAULT_START: ZonedMoment = { instant: Date.UTC(2019, 0, 1) * 1000, zone: UTC };

/**
 * Strikes at start, start + interval, start + 2 intervals, ... From a day after the start, strikes follow the wall
 * clock.
 * Source: Prefect 1, schedules/clocks.py, IntervalClock.
 */
export const prefect1IntervalClock = (interval: number, start: ZonedMoment | null, end: Instant | null): ClockTimes =>
  function* strikes(after, steps) {
    const from = start ?? DEFAULT_START;
    const first = after < from.instant ? 0 : Math.floor((after - from.instant) / interval) + 1;
    for (const strike of multiples(interval, from, first)) {
      steps.spend();
      if (end !== null && strike.instant > end) return;
      // If clocks were set back since the start, the count may be one too low.
      if (strike.instant > after) yield strike;
    }
  };

/** Strikes at the anchor and at all multiples of the interval before and after it, by the wall clock of its zone. */
export const intervalClock = (interval: number, anchor: ZonedMoment): ClockTimes =>
  function* strikes(after, steps) {
    // One earlier: if clocks were set back since the anchor, a strike is later than its elapsed time says.
    for (const strike of multiples(interval, anchor, Math.floor((after - anchor.instant) / interval))) {
      steps.spend();
      if (strike.instant > after) yield strike;
    }
  };

function* multiples(interval: number, { instant: start, zone }: ZonedMoment, first: number): Generator<ZonedMoment> {
  for (let count = first; start + count * interval <= LAST_INSTANT; count++)
    yield { instant: addTime(start, count * interval, zone), zone };
}
