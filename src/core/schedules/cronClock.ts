import type { Instant } from '../values/instant.ts';
import type { Steps } from '../values/steps.ts';
import type { ClockTimes, ZonedMoment } from './clock.ts';
import type { CronPattern } from './cronPattern.ts';
import { cronTimes } from './cronTimes.ts';
import { changeBetween, fromWall, type TimeZone, toWall, UTC } from './timeZone.ts';
import { wallStrikes } from './wallStrikes.ts';

const SECOND = 1_000_000;
/** As in Prefect 1. */
const MAX_STRIKES = 1000;

/**
 * Strikes when the wall time in the start's zone matches the pattern. When clocks are set back, a time that occurs
 * twice strikes at the second occurrence. When they are set forward, a skipped time strikes an hour later.
 * Source: Prefect 1, schedules/clocks.py, CronClock.
 */
export const prefect1CronClock = (pattern: CronPattern, start: ZonedMoment | null, end: Instant | null): ClockTimes =>
  function* strikes(after, steps) {
    const zone = start?.zone ?? UTC;
    // The start itself may be a strike, so the search begins after the second before it.
    let last = start === null ? after : Math.max(after, start.instant - SECOND);
    let given = 0;
    for (const wall of cronTimes(pattern, Math.ceil(toWall(last, zone) / SECOND) + 1, steps)) {
      const instant = fromWall(wall * SECOND, zone);
      if ((end !== null && instant > end) || given === MAX_STRIKES) return;
      if (instant <= last) continue;
      last = instant;
      given += 1;
      yield { instant, zone };
    }
  };

/**
 * Strikes when the wall time in the zone matches the pattern, as Vixie cron does. When clocks are set back, a pattern with
 * certain hours strikes at the first occurrence of an hour only; a pattern with a wildcard as its hour strikes at both. When
 * they are set forward, a skipped time strikes an hour later if the pattern has certain hours.
 */
export const cronClock = (pattern: CronPattern, zone: TimeZone): ClockTimes =>
  pattern.isEveryHour
    ? (after, steps) => strikesOfEveryHour(pattern, zone, after, steps)
    : wallStrikes((from, steps) => cronTimes(pattern, from, steps), zone);

/** Reads the clock as it goes: wherever its offset changes, the search continues with the new one. */
function* strikesOfEveryHour(pattern: CronPattern, zone: TimeZone, after: Instant, steps: Steps) {
  let from = after + 1;
  for (let change: Instant | null = from; change !== null; ) {
    from = change;
    change = null;
    const offset = zone.offsetAt(from);
    for (const wall of cronTimes(pattern, Math.ceil((from + offset) / SECOND), steps)) {
      const instant = wall * SECOND - offset;
      if (zone.offsetAt(instant) !== offset) {
        change = changeBetween(from, instant, zone);
        break;
      }
      yield { instant, zone };
      from = instant;
    }
  }
}
