import rrule from 'rrule';
import { type Instant, parseInstant } from '../instant.ts';
import { isJsonObject } from '../jsonObject.ts';
import type { Json, JsonObject } from '../state.ts';
import type { ClockTimes, ZonedMoment } from './clock.ts';
import { type TimeZone, timeZone, UTC } from './timeZone.ts';

// The package is CommonJS: Node finds no names in it.
const { RRule, rrulestr } = rrule;

/** What Prefect 1 takes for a rule that names no start. */
const DEFAULT_START = Date.UTC(2018, 5, 20);
const HOUR_MS = 3_600_000;
/** How long a step of a rule is, for the frequencies of which every step is as long as another. */
const STEP_MS: Record<number, number> = { [RRule.HOURLY]: HOUR_MS, [RRule.MINUTELY]: 60_000, [RRule.SECONDLY]: 1000 };
/** More than a schedule looks at. */
const MAX_STRIKES = 10_000;
const FIRST_LOOK = 32;

/**
 * Strikes by rules of iCalendar. Their times are read in the offset of the rule's start, UTC where it has none.
 * Source: Prefect 1, schedules/clocks.py, RRuleClock, and serialization/schedule.py.
 * @param json a `rrule`, or a `rruleset` of several, as serialized; throws where it cannot be read
 */
export function recurrenceClock(json: Json, start: ZonedMoment | null, end: Instant | null): ClockTimes {
  if (!isJsonObject(json)) throw new Error('A recurrence has no rrule_obj.');
  const zone = offsetOf(json);
  return function* strikes(after) {
    const from = start !== null && after < start.instant ? start.instant - 1 : after;
    const fromMs = (from + zone.offsetAt(from)) / 1000;
    const recurrence = readRecurrence(json, fromMs);
    // The library walks a rule from its start each time it is asked: so we ask for few, and then for more at once.
    let given = 0;
    for (let wanted = FIRST_LOOK; given < MAX_STRIKES; wanted *= 8) {
      const candidates = candidatesOf(recurrence, fromMs, wanted);
      for (const ms of allowed(recurrence, candidates.slice(given))) {
        const instant = ms * 1000 - zone.offsetAt(ms * 1000);
        if (end !== null && instant > end) return;
        yield { instant, zone: UTC };
      }
      given = candidates.length;
      if (candidates.length < wanted) return;
    }
  };
}

type Rule = InstanceType<typeof RRule>;

/** Rules and dates, and rules and dates of exceptions; wall times in milliseconds. */
interface Recurrence {
  rules: Rule[];
  dates: number[];
  exceptRules: Rule[];
  exceptDates: number[];
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

/** The first times after a moment, exceptions not yet taken out. */
function candidatesOf({ rules, dates }: Recurrence, fromMs: number, count: number): number[] {
  const found = new Set(dates.filter((ms) => ms > fromMs));
  for (const rule of rules) for (const ms of firstAfter(rule, fromMs, count)) found.add(ms);
  return [...found].sort((a, b) => a - b).slice(0, count);
}

function firstAfter(rule: Rule, fromMs: number, count: number): number[] {
  const found: number[] = [];
  rule.all((date) => {
    if (date.getTime() > fromMs) found.push(date.getTime());
    return found.length < count;
  });
  return found;
}

function allowed({ exceptRules, exceptDates }: Recurrence, candidates: readonly number[]): number[] {
  const [first = 0, last = first] = [candidates[0], candidates.at(-1)];
  const excluded = new Set(exceptDates);
  for (const rule of exceptRules)
    for (const date of rule.between(new Date(first), new Date(last), true)) excluded.add(date.getTime());
  return candidates.filter((ms) => !excluded.has(ms));
}

function readRule(json: Json, fromMs: number): Rule {
  if (!isJsonObject(json) || typeof json.rr !== 'string') throw new Error('A rule of a recurrence has no text.');
  const { origOptions } = rrulestr(json.rr.replace(/^DTSTART.*\n/m, ''));
  const until = wallMs(json._until);
  const { freq = RRule.YEARLY, interval = 1 } = origOptions;
  const step = (STEP_MS[freq] ?? 0) * interval;
  const start = wallMs(json._dtstart) ?? DEFAULT_START;
  // A rule of every minute since years ago begins near to where it is asked, on one of its own steps.
  const skipped = step > 0 && !origOptions.count ? Math.max(0, Math.floor((fromMs - start) / step) - 1) : 0;
  return new RRule({
    ...origOptions,
    dtstart: new Date(start + skipped * step),
    ...(until !== null && { until: new Date(until) }),
  });
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
