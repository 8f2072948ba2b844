import { type Instant, LAST_INSTANT } from '../values/instant.ts';
import { isJsonObject, type Json, type JsonObject } from '../values/jsonObject.ts';
import { roughSize } from '../values/roughSize.ts';
import { countSteps, type Steps, takeWithinSteps, withinSteps } from '../values/steps.ts';
import type { Clock, ClockTimes, ScheduledEvent, Strike } from './clock.ts';
import { prefect1CronClock } from './cronClock.ts';
import { cronPattern } from './cronPattern.ts';
import { prefect1IntervalClock } from './intervalClock.ts';
import { mergedInOrder } from './mergedInOrder.ts';
import { recurrenceClock } from './recurrenceClock.ts';
import { type Adjustment, type Filter, readAdjustments, readFilters } from './scheduleFilters.ts';
import { listOf, numberOf, textOf, zonedMomentOf } from './scheduleValues.ts';
import { toWall } from './timeZone.ts';

export interface Schedule {
  clocks: Clock[];
  filters: Filter[];
  orFilters: Filter[];
  notFilters: Filter[];
  adjustments: Adjustment[];
}

const MINUTE = 60_000_000;
/** Two thousand dates. Each round of the scheduler reads the rules, dates and parameters. */
const MAX_BYTES = 100_000;

/** Parses a schedule serialized by Prefect 1 (serialization/schedule.py); throws an Error if it is invalid. */
export function readSchedule(json: Json): Schedule {
  if (!isJsonObject(json) || !Array.isArray(json.clocks)) throw new Error('A schedule must have clocks.');
  if (roughSize(json) > MAX_BYTES) throw new Error(`A schedule may have about ${MAX_BYTES / 1000} kB.`);
  return {
    clocks: listOf('clocks', json.clocks).map(readClock),
    filters: readFilters(json.filters),
    orFilters: readFilters(json.or_filters),
    notFilters: readFilters(json.not_filters),
    adjustments: readAdjustments(json.adjustments),
  };
}

/** Parses a clock of a serialized schedule; throws an Error if it is invalid. */
export function readClock(json: Json): Clock {
  if (!isJsonObject(json)) throw new Error('A clock must be an object.');
  const { parameter_defaults: defaults = null, labels = null } = json;
  if (defaults !== null && !isJsonObject(defaults))
    throw new Error('The parameter_defaults of a clock must be an object.');
  if (labels !== null && !Array.isArray(labels)) throw new Error('The labels of a clock must be a list.');
  return {
    parameterDefaults: defaults ?? {},
    labels: labels?.map(textOf) ?? null,
    strikesAfter: readTimes(json),
  };
}

function readTimes(json: JsonObject): ClockTimes {
  const [start, end] = [zonedMomentOf(json.start_date), zonedMomentOf(json.end_date)?.instant ?? null];
  switch (json.type) {
    case 'IntervalClock': {
      const interval = numberOf(json.interval);
      if (!(interval >= MINUTE)) throw new Error('An interval must be at least one minute.');
      if (!Number.isInteger(interval)) throw new Error('An interval must be a whole number of microseconds.');
      return prefect1IntervalClock(interval, start, end);
    }
    case 'CronClock': {
      const pattern = cronPattern(textOf(json.cron), { dayOr: json.day_or !== false, isPrefect1: true });
      if (pattern === null) throw new Error(`Invalid cron string: ${textOf(json.cron)}`);
      return prefect1CronClock(pattern, start, end);
    }
    case 'DatesClock': {
      const dates = listOf('dates', json.dates).flatMap((date) => zonedMomentOf(date) ?? []);
      dates.sort((a, b) => a.instant - b.instant);
      return (after) => dates.filter(({ instant }) => instant > after);
    }
    case 'RRuleClock':
      return recurrenceClock(json.rrule_obj ?? null, start, end);
    default:
      throw new Error(`Unknown type of clock: ${JSON.stringify(json.type)}`);
  }
}

/** As in Prefect 1, if filters exclude almost all events. */
const MAX_CANDIDATES = 10_000;
/** About 20 ms. A candidate takes a step for each clock and filter. */
const MAX_STEPS = 100_000;

/**
 * Returns the next events after an instant: at most `count`, and fewer if the search for more takes too many steps.
 * Source: Prefect 1, schedules/schedules.py, Schedule.next.
 */
export const nextEvents = (schedule: Schedule, after: Instant, count: number): ScheduledEvent[] =>
  takeWithinSteps(eventsAfter(schedule, after, countSteps(MAX_STEPS)), ({ length }) => length >= count);

function* eventsAfter(schedule: Schedule, after: Instant, steps: Steps): Generator<ScheduledEvent> {
  const { filters, orFilters, notFilters, adjustments } = schedule;
  const functions = filters.length + orFilters.length + notFilters.length + adjustments.length;
  let candidates = 0;
  for (const event of distinct(schedule.clocks, after, steps)) {
    steps.spend(functions);
    candidates += 1;
    const stays =
      filters.every((filter) => filter(event)) &&
      (orFilters.length === 0 || orFilters.some((filter) => filter(event))) &&
      !notFilters.some((filter) => filter(event));
    if (stays) {
      const strike = adjustments.reduce<Strike>((adjusted, adjust) => adjust(adjusted), event);
      if (strike.instant <= LAST_INSTANT) yield { ...event, ...strike };
    }
    if (candidates === MAX_CANDIDATES) return;
  }
}

/**
 * Merges the events of all clocks by time; simultaneous events are in the order of the clocks. Drops each event that equals
 * the one before it: the same settings and, as Python compares times, the same wall time in the same zone. So if an hour
 * occurs twice in autumn, of two events with the same wall time only the first is kept.
 */
function* distinct(clocks: readonly Clock[], after: Instant, steps: Steps): Generator<ScheduledEvent> {
  const settings = clocks.map(({ parameterDefaults, labels }) => ({ parameterDefaults, labels }));
  const texts = settings.map((one) => JSON.stringify(one));
  const kinds = texts.map((text) => texts.indexOf(text));
  const sources = clocks.map(({ strikesAfter }) => withinSteps(strikesAfter(after, steps.share(clocks.length))));
  let previous = '';
  for (const { value, source } of mergedInOrder(sources, ({ instant }) => instant, steps)) {
    const identity = `${value.zone.name} ${toWall(value.instant, value.zone)} ${kinds[source]}`;
    if (identity !== previous) yield { ...value, parameterDefaults: {}, labels: null, ...settings[source] };
    previous = identity;
  }
}
