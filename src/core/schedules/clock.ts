import type { Instant } from '../values/instant.ts';
import type { JsonObject } from '../values/jsonObject.ts';
import type { TimeZone } from './timeZone.ts';

/** When a clock strikes, seen from its own zone. */
export interface Strike {
  instant: Instant;
  zone: TimeZone;
}

/** A moment at which a schedule wants a run, and what its clock asks of that run. */
export interface ScheduledEvent extends Strike {
  parameterDefaults: JsonObject;
  /** Null: those of the flow. */
  labels: string[] | null;
}

export interface Clock {
  parameterDefaults: JsonObject;
  labels: string[] | null;
  /** The strikes after a moment, in their order; there may be no end to them. */
  strikesAfter(after: Instant): Iterable<Strike>;
}

export type ClockTimes = Clock['strikesAfter'];

/** A moment in a zone, as schedules are sent: `{ dt: '2022-01-01T00:00:00', tz: 'America/New_York' }`. */
export type ZonedMoment = Strike;
