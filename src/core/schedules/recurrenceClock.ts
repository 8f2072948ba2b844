import rrule from 'rrule';
import { type Instant, parseInstant } from '../values/instant.ts';
import { isJsonObject, type Json, type JsonObject } from '../values/jsonObject.ts';
import type { ClockTimes, ZonedMoment } from './clock.ts';
import { type Recurrence, type Rule, recurrenceStrikes, ruleFrom } from './recurrenceStrikes.ts';
import { type TimeZone, timeZone, UTC } from './timeZone.ts';

// The package is CommonJS: Node cannot import its names.
const { rrulestr } = rrule;

/** The default start of a rule in Prefect 1. */
const DEFAULT_START = Date.UTC(2018, 5, 20);

/**
 * Strikes by iCalendar rules. Times have the offset of the rule's start, which defaults to UTC.
 * Source: Prefect 1, schedules/clocks.py, RRuleClock, and serialization/schedule.py.
 * @param json a serialized `rrule` or `rruleset`; throws an Error if it is invalid
 */
export function recurrenceClock(json: Json, start: ZonedMoment | null, end: Instant | null): ClockTimes {
  if (!isJsonObject(json)) throw new Error('A recurrence must have an rrule_obj.');
  const strikesAfter = recurrenceStrikes((fromMs) => readRecurrence(json, fromMs), offsetOf(json));
  return function* strikes(after) {
    const from = start !== null && after < start.instant ? start.instant - 1 : after;
    for (const { instant } of strikesAfter(from)) {
      if (end !== null && instant > end) return;
      yield { instant, zone: UTC };
    }
  };
}

function readRecurrence(json: JsonObject, fromMs: number): Recurrence {
  if (json.type !== 'rruleset') return { rules: [readRule(json, fromMs)], dates: [], exceptRules: [], exceptDates: [] };
  const rules = (rulesJson: Json | undefined) => list(rulesJson).map((rule) => readRule(rule, fromMs));
  const dates = (datesJson: Json | undefined) => list(datesJson).flatMap((date) => wallMs(date) ?? []);
  return {
    rules: rules(json._rrule),
    dates: dates(json._rdate),
    exceptRules: rules(json._exrule),
    exceptDates: dates(json._exdate),
  };
}

function readRule(json: Json, fromMs: number): Rule {
  if (!isJsonObject(json) || typeof json.rr !== 'string')
    throw new Error('A rule of a recurrence must have a string `rr`.');
  const { origOptions } = rrulestr(json.rr.replace(/^DTSTART.*\n/m, ''));
  const until = wallMs(json._until);
  const options = { ...origOptions, ...(until !== null && { until: new Date(until) }) };
  return ruleFrom(options, wallMs(json._dtstart) ?? DEFAULT_START, fromMs);
}

const list = (json: Json | undefined): Json[] => (Array.isArray(json) ? json : []);

/** Returns the wall time of an ISO 8601 time, ignoring its offset. */
function wallMs(json: Json | undefined): number | null {
  if (typeof json !== 'string') return null;
  const instant = parseInstant(json.replace(OFFSET, ''));
  return instant === null ? null : instant / 1000;
}

const OFFSET = /(Z|[+-]\d\d:?\d\d)$/;
function offsetOf(json: JsonObject): TimeZone {
  const rule = json.type === 'rruleset' ? list(json._rrule)[0] : json;
  const start = isJsonObject(rule) ? rule._dtstart : null;
  const offset = typeof start === 'string' ? OFFSET.exec(start)?.[1] : undefined;
  return (offset && offset !== 'Z' && timeZone(offset)) || UTC;
}
