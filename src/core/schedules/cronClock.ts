import type { Cron } from 'croner';
import type { Instant } from '../values/instant.ts';
import type { ClockTimes, ZonedMoment } from './clock.ts';
import { fromWall, toWall, UTC } from './timeZone.ts';

const SECOND = 1_000_000;
/** As in Prefect 1. */
const MAX_STRIKES = 1000;

/**
 * Strikes when the wall time in the start's zone matches the pattern. When clocks are set back, a time that occurs
 * twice strikes at the second occurrence. When they are set forward, a skipped time strikes an hour later.
 * Source: Prefect 1, schedules/clocks.py, CronClock.
 */
export const cronClock = (pattern: Cron, start: ZonedMoment | null, end: Instant | null): ClockTimes =>
  function* strikes(after) {
    const zone = start?.zone ?? UTC;
    // The start itself may be a strike, so the search begins one second before.
    const from = start === null ? after : Math.max(after, start.instant - SECOND);
    let wall = Math.ceil(toWall(from, zone) / SECOND) * SECOND;
    let last = from;
    for (let strikes = 0; strikes < MAX_STRIKES; strikes++) {
      const next = pattern.nextRun(new Date(wall / 1000));
      if (next === null) return;
      wall = next.getTime() * 1000;
      const instant = fromWall(wall, zone);
      if (end !== null && instant > end) return;
      if (instant <= last) continue;
      last = instant;
      yield { instant, zone };
    }
  };
