import type { Instant } from '../values/instant.ts';
import type { Steps } from '../values/steps.ts';
import type { Strike } from './clock.ts';
import { firstFromWall, type TimeZone, toWall } from './timeZone.ts';

const SECOND = 1_000_000;
const DAY = 86_400 * SECOND;

/**
 * Strikes at wall times in a zone. When clocks are set back, a time that occurs twice strikes at the first occurrence. When
 * they are set forward, a skipped time strikes an hour later, once even if another time is the same instant.
 * @param times returns the wall times from a wall time on, in seconds and in order
 */
export const wallStrikes = (times: (from: number, steps: Steps) => Iterable<number>, zone: TimeZone) =>
  function* strikes(after: Instant, steps: Steps): Generator<Strike> {
    let last = after;
    for (const instant of inOrder(times(firstWall(after, zone), steps), zone)) {
      if (instant <= last) continue;
      last = instant;
      yield { instant, zone };
    }
  };

/** A skipped time strikes later than some of the times that follow it, so it waits for them. */
function* inOrder(walls: Iterable<number>, zone: TimeZone): Generator<Instant> {
  const skipped: Instant[] = [];
  for (const wall of walls) {
    const instant = firstFromWall(wall * SECOND, zone);
    if (toWall(instant, zone) !== wall * SECOND) {
      skipped.push(instant);
      continue;
    }
    while (skipped[0] !== undefined && skipped[0] <= instant) yield skipped.shift() as Instant; // There is one.
    yield instant;
  }
  yield* skipped;
}

/** The first wall time that may strike after an instant: if clocks were set forward, the skipped ones are still to come. */
const firstWall = (after: Instant, zone: TimeZone) =>
  Math.ceil((after + Math.min(zone.offsetAt(after), zone.offsetAt(after - DAY))) / SECOND);
