import type { Instant } from '../values/instant.ts';
import type { JsonObject } from '../values/jsonObject.ts';
import type { Steps } from '../values/steps.ts';
import type { TimeZone } from './timeZone.ts';

/** A time at which a clock strikes, with the clock's time zone. */
export interface Strike {
  instant: Instant;
  zone: TimeZone;
}

/** A time at which a schedule creates a run, with the clock's settings for that run. */
export interface ScheduledEvent extends Strike {
  parameterDefaults: JsonObject;
  /** Null for the labels of the flow. */
  labels: string[] | null;
}

export interface Clock {
  parameterDefaults: JsonObject;
  labels: string[] | null;
  /** Returns the strikes after an instant, in order; possibly infinitely many. Each one spends at least one step. */
  strikesAfter(after: Instant, steps: Steps): Iterable<Strike>;
}

export type ClockTimes = Clock['strikesAfter'];

/** A time in a zone, serialized as `{ dt: '2022-01-01T00:00:00', tz: 'America/New_York' }`. */
export type ZonedMoment = Strike;
