import type { Steps } from '../values/steps.ts';
import { DAY_SECONDS, type Day, dateOfDay, dayOf, LAST_DAY, weekdayOf } from './calendar.ts';
import { matchesDay } from './recurrenceDays.ts';
import { periodSeconds, type RecurrenceRule, unitSeconds } from './recurrenceRule.ts';
import { secondsFrom } from './recurrenceSeconds.ts';

/** The times of a rule, regardless of its count and end. */
export function* uncountedTimes(rule: RecurrenceRule, from: number, steps: Steps): Generator<number> {
  if (unitSeconds(rule.frequency) === null) yield* timesOfPeriods(rule, from, steps);
  else
    for (const day of matchingDays(rule, Math.floor(from / DAY_SECONDS), steps))
      yield* secondsFrom(rule, day, from, steps);
}

const lastDayOf = ({ until }: RecurrenceRule): Day => Math.min(LAST_DAY, Math.floor(until / DAY_SECONDS));

/** The days that a rule with a frequency of less than a day allows. */
export function* matchingDays(rule: RecurrenceRule, from: Day, steps: Steps): Generator<Day> {
  for (let day = from; day <= lastDayOf(rule); ) {
    steps.spend();
    const next = nextDay(rule, day);
    if (next > day) {
      day = next;
    } else {
      if (matchesDay(rule, day)) yield day;
      day += 1;
    }
  }
}

/** Returns the first day, from this one on, that neither the months nor the interval of a rule rule out. */
function nextDay({ frequency, months, interval, start }: RecurrenceRule, day: Day): Day {
  const { year, month } = dateOfDay(day);
  if (months.length > 0 && !months.includes(month)) return dayOf(year, month + 1);
  const step = periodSeconds(frequency) * interval;
  const passed = Math.max(0, Math.ceil((day * DAY_SECONDS - start) / step));
  return Math.max(day, Math.floor((start + passed * step) / DAY_SECONDS));
}

/** The times of a rule with a frequency of a day or more. */
function* timesOfPeriods(rule: RecurrenceRule, from: number, steps: Steps): Generator<number> {
  const seconds = rule.secondsOfPeriod;
  for (const { first, last } of periods(rule, Math.floor(from / DAY_SECONDS), steps)) {
    const days: Day[] = [];
    for (let day = first; day <= last && day <= LAST_DAY; ) {
      steps.spend();
      const { year, month } = dateOfDay(day);
      if (rule.months.length > 0 && !rule.months.includes(month)) {
        day = dayOf(year, month + 1);
      } else {
        if (matchesDay(rule, day)) days.push(day);
        day += 1;
      }
    }
    steps.spend(rule.setPositions.length);
    for (const time of selected(rule, days, seconds)) {
      if (time < from) continue;
      steps.spend();
      yield time;
    }
  }
}

/** The times of a period, or those at the rule's positions among them. */
function* selected({ frequency, setPositions }: RecurrenceRule, days: readonly Day[], seconds: readonly number[]) {
  // The positions in a day are in `seconds` already.
  if (setPositions.length === 0 || frequency === 'DAILY') {
    for (const day of days) for (const second of seconds) yield day * DAY_SECONDS + second;
    return;
  }
  const size = days.length * seconds.length;
  const indexes = new Set(setPositions.map((position) => (position > 0 ? position - 1 : size + position)));
  for (const index of [...indexes].sort((a, b) => a - b)) {
    const [day, second] = [days[Math.floor(index / seconds.length)], seconds[index % seconds.length]];
    if (day !== undefined && second !== undefined) yield day * DAY_SECONDS + second;
  }
}

/** The periods of a rule from the one that contains a day on, each with its first and last day. */
function* periods(rule: RecurrenceRule, from: Day, steps: Steps): Generator<{ first: Day; last: Day }> {
  const startDay = Math.floor(rule.start / DAY_SECONDS);
  const startIndex = periodOf(rule, startDay);
  const skipped = Math.max(0, Math.floor((periodOf(rule, from) - startIndex) / rule.interval));
  for (let index = startIndex + skipped * rule.interval; ; index += rule.interval) {
    steps.spend();
    const first = firstDayOf(rule, index);
    if (!(first <= lastDayOf(rule))) return;
    yield { first, last: firstDayOf(rule, index + 1) - 1 };
  }
}

/** The number of the year, month, week or day of a day. */
function periodOf({ frequency, weekStart }: RecurrenceRule, day: Day): number {
  const { year, month } = dateOfDay(day);
  if (frequency === 'YEARLY') return year;
  if (frequency === 'MONTHLY') return year * 12 + month - 1;
  return frequency === 'WEEKLY' ? Math.floor((day - ((weekdayOf(day) - weekStart + 7) % 7) - weekStart) / 7) : day;
}

function firstDayOf({ frequency, weekStart }: RecurrenceRule, index: number): Day {
  if (frequency === 'YEARLY') return dayOf(index, 1);
  if (frequency === 'MONTHLY') return dayOf(Math.floor(index / 12), (index % 12) + 1);
  // 5 January 1970 is a Monday.
  return frequency === 'WEEKLY' ? index * 7 + weekStart + 4 : index;
}
