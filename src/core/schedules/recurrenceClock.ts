import rrule from 'rrule';
import { type Instant, parseInstant } from '../values/instant.ts';
import { isJsonObject, type Json, type JsonObject } from '../values/jsonObject.ts';
import type { ClockTimes, ZonedMoment } from './clock.ts';
import { type Recurrence, type Rule, recurrenceStrikes, ruleFrom } from './recurrenceStrikes.ts';
import { type TimeZone, timeZone, UTC } from './timeZone.ts';

// The package is CommonJS: Node finds no names in it.
const { rrulestr } = rrule;

/** What Prefect 1 takes for a rule that names no start. */
const DEFAULT_START = Date.UTC(2018, 5, 20);

/**
 * Strikes by rules of iCalendar. Their times are read in the offset of the rule's start, UTC where it has none.
 * Source: Prefect 1, schedules/clocks.py, RRuleClock, and serialization/schedule.py.
 * @param json a `rrule`, or a `rruleset` of several, as serialized; throws where it cannot be read
 */
export function recurrenceClock(json: Json, start: ZonedMoment | null, end: Instant | null): ClockTimes {
  if (!isJsonObject(json)) throw new Error('A recurrence has no rrule_obj.');
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
  if (!isJsonObject(json) || typeof json.rr !== 'string') throw new Error('A rule of a recurrence has no text.');
  const { origOptions } = rrulestr(json.rr.replace(/^DTSTART.*\n/m, ''));
  const until = wallMs(json._until);
  const options = { ...origOptions, ...(until !== null && { until: new Date(until) }) };
  return ruleFrom(options, wallMs(json._dtstart) ?? DEFAULT_START, fromMs);
}

const list = (json: Json | undefined): Json[] => (Array.isArray(json) ? json : []);

/** The wall time of an ISO text, whatever its offset. */
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
