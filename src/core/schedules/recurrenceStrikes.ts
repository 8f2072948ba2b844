import { type RecurrenceRule, ruleFrom } from '../recurrences/recurrenceRule.ts';
import type { WrittenRule, WrittenTime } from '../recurrences/recurrenceText.ts';
import { recurrenceTimes } from '../recurrences/recurrenceTimes.ts';
import type { Instant } from '../values/instant.ts';
import { type Steps, withinSteps } from '../values/steps.ts';
import type { ClockTimes, Strike } from './clock.ts';
import { mergedInOrder } from './mergedInOrder.ts';
import { firstFromWall, type TimeZone, timeZone, toWall } from './timeZone.ts';
import { wallStrikes } from './wallStrikes.ts';

const SECOND = 1_000_000;

/** A rule whose times are wall times in a zone. */
export interface ZonedRule {
  rule: RecurrenceRule;
  zone: TimeZone;
  /** The last instant at which the rule may strike. */
  until: Instant;
}

/** Rules and dates, and the rules and dates of exceptions. */
export interface Recurrence {
  rules: readonly ZonedRule[];
  dates: readonly Instant[];
  exceptRules: readonly ZonedRule[];
  exceptDates: readonly Instant[];
}

export function zonedRule({ parts, until }: WrittenRule, start: Instant, zone: TimeZone): ZonedRule {
  const [untilWall, untilInstant] =
    until === null
      ? [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
      : 'wall' in until
        ? [until.wall, Number.POSITIVE_INFINITY]
        : // Later, because clocks may be set back; the instant is exact.
          [toWall(until.instant, zone) + DAY, until.instant];
  const startWall = Math.floor(toWall(start, zone) / SECOND);
  return { rule: ruleFrom(parts, startWall, Math.floor(untilWall / SECOND)), zone, until: untilInstant };
}
const DAY = 86_400 * SECOND;

/** Returns the instant of a time as written; a wall time without a zone of its own is in the given one. */
export function instantOf(time: WrittenTime, zone: TimeZone): Instant {
  if ('instant' in time) return time.instant;
  const own = time.zone === null ? zone : timeZone(time.zone);
  if (own === null) throw new Error(`the time zone ${time.zone} is unknown`);
  return firstFromWall(time.wall, own);
}

/** Strikes by iCalendar rules (RFC 5545). */
export const recurrenceStrikes = (
  { rules, dates, exceptRules, exceptDates }: Recurrence,
  zone: TimeZone,
): ClockTimes => {
  const excepted = new Set(exceptDates);
  const ordered = [...dates].sort((a, b) => a - b);
  return function* strikes(after, steps) {
    const sources = [
      ...rules.map((rule) => withinSteps(strikesOf(rule, after, steps.share(rules.length)))),
      ordered.filter((instant) => instant > after).map((instant): Strike => ({ instant, zone })),
    ];
    let last = after;
    for (const { value } of mergedInOrder(sources, ({ instant }) => instant, steps)) {
      if (value.instant <= last || excepted.has(value.instant)) continue;
      if (exceptRules.some((rule) => isTimeOf(rule, value.instant, steps))) continue;
      last = value.instant;
      yield { instant: value.instant, zone };
    }
  };
};

function* strikesOf({ rule, zone, until }: ZonedRule, after: Instant, steps: Steps): Generator<Strike> {
  const times = wallStrikes((from, counted) => recurrenceTimes(rule, from, counted), zone);
  for (const strike of times(after, steps)) {
    if (strike.instant > until) return;
    yield strike;
  }
}

/** The beginning of a search takes as long as twenty of its steps. */
const SEARCH_STEPS = 20;

function isTimeOf(rule: ZonedRule, instant: Instant, steps: Steps): boolean {
  steps.spend(SEARCH_STEPS);
  for (const first of strikesOf(rule, instant - 1, steps)) return first.instant === instant;
  return false;
}
