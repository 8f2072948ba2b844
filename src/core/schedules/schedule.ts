import type { Instant } from '../values/instant.ts';
import { isJsonObject, type Json, type JsonObject } from '../values/jsonObject.ts';
import type { Clock, ClockTimes, ScheduledEvent } from './clock.ts';
import { cronClock } from './cronClock.ts';
import { cronPattern } from './cronPattern.ts';
import { intervalClock } from './intervalClock.ts';
import { recurrenceClock } from './recurrenceClock.ts';
import { type Adjustment, type Filter, readAdjustments, readFilters } from './scheduleFilters.ts';
import { numberOf, textOf, zonedMomentOf } from './scheduleValues.ts';
import { toWall } from './timeZone.ts';

export interface Schedule {
  clocks: Clock[];
  filters: Filter[];
  orFilters: Filter[];
  notFilters: Filter[];
  adjustments: Adjustment[];
}

const MINUTE = 60_000_000;

/** Parses a schedule serialized by Prefect 1 (serialization/schedule.py); throws an Error if it is invalid. */
export function readSchedule(json: Json): Schedule {
  if (!isJsonObject(json) || !Array.isArray(json.clocks)) throw new Error('A schedule must have clocks.');
  return {
    clocks: json.clocks.map(readClock),
    filters: readFilters(json.filters),
    orFilters: readFilters(json.or_filters),
    notFilters: readFilters(json.not_filters),
    adjustments: readAdjustments(json.adjustments),
  };
}

/** Parses a clock of a serialized schedule; throws an Error if it is invalid. */
export function readClock(json: Json): Clock {
  if (!isJsonObject(json)) throw new Error('A clock must be an object.');
  const { parameter_defaults: defaults, labels } = json;
  return {
    parameterDefaults: isJsonObject(defaults) ? defaults : {},
    labels: Array.isArray(labels) ? labels.map(textOf) : null,
    strikesAfter: readTimes(json),
  };
}

function readTimes(json: JsonObject): ClockTimes {
  const [start, end] = [zonedMomentOf(json.start_date), zonedMomentOf(json.end_date)?.instant ?? null];
  switch (json.type) {
    case 'IntervalClock': {
      const interval = numberOf(json.interval);
      if (interval < MINUTE) throw new Error('An interval must be at least one minute.');
      return intervalClock(interval, start, end);
    }
    case 'CronClock': {
      const pattern = cronPattern(textOf(json.cron), json.day_or !== false);
      if (pattern === null) throw new Error(`Invalid cron string: ${textOf(json.cron)}`);
      return cronClock(pattern, start, end);
    }
    case 'DatesClock': {
      const dates = (Array.isArray(json.dates) ? json.dates : []).flatMap((date) => zonedMomentOf(date) ?? []);
      dates.sort((a, b) => a.instant - b.instant);
      return (after) => dates.filter(({ instant }) => instant > after);
    }
    case 'RRuleClock':
      return recurrenceClock(json.rrule_obj ?? null, start, end);
    default:
      throw new Error(`Unknown type of clock: ${JSON.stringify(json.type)}`);
  }
}

/** Limits the search if filters exclude almost all events. */
const MAX_CANDIDATES = 10_000;

/** Returns at most `count` events after an instant. Source: Prefect 1, schedules/schedules.py, Schedule.next. */
export function nextEvents(schedule: Schedule, after: Instant, count: number): ScheduledEvent[] {
  const { filters, orFilters, notFilters, adjustments } = schedule;
  const events: ScheduledEvent[] = [];
  let candidates = 0;
  for (const event of distinct(merged(schedule.clocks, after))) {
    candidates += 1;
    const stays =
      filters.every((filter) => filter(event)) &&
      (orFilters.length === 0 || orFilters.some((filter) => filter(event))) &&
      !notFilters.some((filter) => filter(event));
    if (stays)
      events.push({
        ...event,
        ...adjustments.reduce<{ instant: Instant; zone: ScheduledEvent['zone'] }>(
          (strike, adjust) => adjust(strike),
          event,
        ),
      });
    if (events.length === count || candidates === MAX_CANDIDATES) break;
  }
  return events;
}

/** Merges the events of all clocks by time; simultaneous events are in the order of the clocks. */
function* merged(clocks: readonly Clock[], after: Instant): Generator<ScheduledEvent> {
  const heads = clocks.map(({ strikesAfter, parameterDefaults, labels }) => {
    const strikes = strikesAfter(after)[Symbol.iterator]();
    const next = (): ScheduledEvent | null => {
      const { done, value } = strikes.next();
      return done ? null : { ...value, parameterDefaults, labels };
    };
    return { next, event: next() };
  });
  while (true) {
    let first: (typeof heads)[number] | null = null;
    for (const head of heads)
      if (head.event && (!first?.event || head.event.instant < first.event.instant)) first = head;
    if (!first?.event) return;
    yield first.event;
    first.event = first.next();
  }
}

/** Drops each event that equals the one before it. */
function* distinct(events: Iterable<ScheduledEvent>): Generator<ScheduledEvent> {
  let previous = '';
  for (const event of events) {
    const identity = identityOf(event);
    if (identity !== previous) yield event;
    previous = identity;
  }
}

/**
 * The identity of an event. Python compares times of the same zone by wall time. So if an hour occurs twice in autumn,
 * of two events with the same wall time only the first is kept.
 */
const identityOf = ({ instant, zone, parameterDefaults, labels }: ScheduledEvent) =>
  JSON.stringify([zone.name, toWall(instant, zone), parameterDefaults, labels]);
