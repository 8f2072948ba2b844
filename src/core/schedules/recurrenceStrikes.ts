import rrule from 'rrule';
import type { ClockTimes } from './clock.ts';
import { fromWall, type TimeZone, toWall } from './timeZone.ts';

// The package is CommonJS: Node finds no names in it.
const { RRule } = rrule;

export type Rule = InstanceType<typeof RRule>;

/** Rules and dates, and rules and dates of exceptions; wall times in milliseconds. */
export interface Recurrence {
  rules: Rule[];
  dates: number[];
  exceptRules: Rule[];
  exceptDates: number[];
}

const HOUR_MS = 3_600_000;
/** How long a step of a rule is, for the frequencies of which every step is as long as another. */
const STEP_MS: Record<number, number> = { [RRule.HOURLY]: HOUR_MS, [RRule.MINUTELY]: 60_000, [RRule.SECONDLY]: 1000 };
/** More than a schedule looks at. */
const MAX_STRIKES = 10_000;
const FIRST_LOOK = 32;

/**
 * Strikes by rules of iCalendar, whose times are read on the wall clock of a zone.
 * @param read gives the rules for whoever looks at times after a wall time, in milliseconds
 */
export const recurrenceStrikes = (read: (fromMs: number) => Recurrence, zone: TimeZone): ClockTimes =>
  function* strikes(after) {
    const fromMs = toWall(after, zone) / 1000;
    const recurrence = read(fromMs);
    // The library walks a rule from its start each time it is asked: so we ask for few, and then for more at once.
    let given = 0;
    let last = after;
    for (let wanted = FIRST_LOOK; given < MAX_STRIKES; wanted *= 8) {
      const candidates = candidatesOf(recurrence, fromMs, wanted);
      for (const ms of allowed(recurrence, candidates.slice(given))) {
        const instant = fromWall(ms * 1000, zone);
        // Where the clocks are put forward, two times of the wall can be one moment.
        if (instant <= last) continue;
        last = instant;
        yield { instant, zone };
      }
      given = candidates.length;
      if (candidates.length < wanted) return;
    }
  };

/** A rule that begins here, or near to where it is asked: one of every minute since years ago, on one of its own steps. */
export function ruleFrom(options: Rule['origOptions'], startMs: number, fromMs: number): Rule {
  const { freq = RRule.YEARLY, interval, count } = options;
  const step = (STEP_MS[freq] ?? 0) * (interval ?? 1);
  const skipped = step > 0 && !count ? Math.max(0, Math.floor((fromMs - startMs) / step) - 1) : 0;
  return new RRule({ ...options, dtstart: new Date(startMs + skipped * step) });
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
