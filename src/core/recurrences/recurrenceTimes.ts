import type { Steps } from '../values/steps.ts';
import { DAY_SECONDS } from './calendar.ts';
import { periodSeconds, type RecurrenceRule, unitSeconds } from './recurrenceRule.ts';
import { secondsFrom } from './recurrenceSeconds.ts';
import { matchingDays, uncountedTimes } from './uncountedTimes.ts';

/**
 * Returns the times of a rule from a time on, in order. The search begins near that time, however long ago the rule began.
 * Only a rule with a count is counted from its start, day by day; see `lastByCount`.
 */
export function* recurrenceTimes(rule: RecurrenceRule, from: number, steps: Steps): Generator<number> {
  let last: number | null = null;
  for (const time of uncountedTimes(rule, Math.max(from, rule.start), steps)) {
    if (time > rule.until) return;
    if (last === null && rule.count !== null && mayExceed(rule, rule.count, time))
      last = lastByCount(rule, rule.count, steps);
    if (last !== null && time > last) return;
    yield time;
  }
}

/** A rule cannot have more times than its periods since its start have, so that a large count needs no counting. */
function mayExceed({ frequency, interval, start, secondsOfPeriod }: RecurrenceRule, count: number, time: number) {
  const isFixed = frequency === 'DAILY' || unitSeconds(frequency) !== null;
  const step = periodSeconds(frequency) * (isFixed ? interval : 1);
  return (Math.floor((time - start) / step) + 2) * secondsOfPeriod.length > count;
}

/** Returns the last time of a rule with a count; throws TooManySteps if it is too far from the start. */
function lastByCount(rule: RecurrenceRule, count: number, steps: Steps): number {
  const unit = unitSeconds(rule.frequency);
  if (unit === null) return nth(uncountedTimes(rule, rule.start, steps), count) ?? Number.POSITIVE_INFINITY;
  const step = unit * rule.interval;
  if (isPlain(rule)) return rule.start + (count - 1) * step;
  let left = count;
  /** The seconds of a day by how far it is from a period of the rule: most days have the same. */
  const known = new Map<number, number[]>();
  const startDay = Math.floor(rule.start / DAY_SECONDS);
  for (const day of matchingDays(rule, startDay, steps)) {
    const first = day * DAY_SECONDS;
    const phase = (((first - rule.start) % step) + step) % step;
    let seconds = known.get(phase);
    if (seconds === undefined) {
      seconds = [];
      for (const time of secondsFrom(rule, day, Math.max(first, rule.start), steps)) {
        seconds.push(time - first);
        if (seconds.length === left) return time;
      }
      if (day > startDay) known.set(phase, seconds);
    }
    const last = seconds[left - 1];
    if (last !== undefined) return first + last;
    left -= seconds.length;
  }
  return Number.POSITIVE_INFINITY;
}

/** Whether the start of a rule is a time, and one time of each period is. */
const isPlain = ({
  months,
  weekNumbers,
  yearDays,
  monthDays,
  weekdays,
  hours,
  minutes,
  seconds,
  ...rule
}: RecurrenceRule) =>
  rule.secondsOfPeriod.length === 1 &&
  rule.secondsOfPeriod[0] === rule.start % periodSeconds(rule.frequency) &&
  [months, weekNumbers, yearDays, monthDays, weekdays, hours].every(({ length }) => length === 0) &&
  (rule.frequency === 'HOURLY' || minutes.length === 0) &&
  (rule.frequency !== 'SECONDLY' || seconds.length === 0);

function nth(times: Iterable<number>, count: number): number | null {
  let left = count;
  for (const time of times) if (--left === 0) return time;
  return null;
}
