import rrule from 'rrule';
import type { ClockTimes } from './clock.ts';
import { fromWall, type TimeZone, toWall } from './timeZone.ts';

// The package is CommonJS: Node cannot import its names.
const { RRule } = rrule;

export type Rule = InstanceType<typeof RRule>;

/** Rules and dates, and the rules and dates of exceptions. Dates are wall times in milliseconds. */
export interface Recurrence {
  rules: Rule[];
  dates: number[];
  exceptRules: Rule[];
  exceptDates: number[];
}

const HOUR_MS = 3_600_000;
/** The length of a rule's step, for frequencies whose steps all have the same length. */
const STEP_MS: Record<number, number> = { [RRule.HOURLY]: HOUR_MS, [RRule.MINUTELY]: 60_000, [RRule.SECONDLY]: 1000 };
/** More than any schedule needs. */
const MAX_STRIKES = 10_000;
const FIRST_LOOK = 32;

/**
 * Strikes by iCalendar rules, whose times are wall times in the zone.
 * @param read returns the rules for strikes after a wall time, in milliseconds
 */
export const recurrenceStrikes = (read: (fromMs: number) => Recurrence, zone: TimeZone): ClockTimes =>
  function* strikes(after) {
    const fromMs = toWall(after, zone) / 1000;
    const recurrence = read(fromMs);
    // The library evaluates a rule from its start on each call. So the first call requests few strikes, and later ones
    // more.
    let given = 0;
    let last = after;
    for (let wanted = FIRST_LOOK; given < MAX_STRIKES; wanted *= 8) {
      const candidates = candidatesOf(recurrence, fromMs, wanted);
      for (const ms of allowed(recurrence, candidates.slice(given))) {
        const instant = fromWall(ms * 1000, zone);
        // When clocks are set forward, two wall times can be the same instant.
        if (instant <= last) continue;
        last = instant;
        yield { instant, zone };
      }
      given = candidates.length;
      if (candidates.length < wanted) return;
    }
  };

/**
 * Builds a rule that starts at `startMs`. A rule with steps of a fixed length and without a count starts at one of its
 * steps shortly before `fromMs` instead: years of minutes would take long to evaluate.
 */
export function ruleFrom(options: Rule['origOptions'], startMs: number, fromMs: number): Rule {
  const { freq = RRule.YEARLY, interval, count } = options;
  const step = (STEP_MS[freq] ?? 0) * (interval ?? 1);
  const skipped = step > 0 && !count ? Math.max(0, Math.floor((fromMs - startMs) / step) - 1) : 0;
  return new RRule({ ...options, dtstart: new Date(startMs + skipped * step) });
}

/** Returns the first times after a wall time, including exceptions. */
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
