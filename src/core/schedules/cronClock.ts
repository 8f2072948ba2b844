import type { Cron } from 'croner';
import type { Instant } from '../values/instant.ts';
import type { ClockTimes, ZonedMoment } from './clock.ts';
import { fromWall, toWall, UTC } from './timeZone.ts';

const SECOND = 1_000_000;
/** Prefect 1 looks no further. */
const MAX_STRIKES = 1000;

/**
 * Strikes when the clock on the wall shows a time of the pattern, in the zone of the start. Where clocks are put back, a
 * time that comes twice strikes at the second; where they are put forward, one that is left out strikes an hour later.
 * Source: Prefect 1, schedules/clocks.py, CronClock.
 */
export const cronClock = (pattern: Cron, start: ZonedMoment | null, end: Instant | null): ClockTimes =>
  function* strikes(after) {
    const zone = start?.zone ?? UTC;
    // The start itself is a time that may strike, hence from a second before.
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
