import type { Steps } from '../values/steps.ts';
import { DAY_SECONDS, type Day } from './calendar.ts';
import { periodSeconds, type RecurrenceRule } from './recurrenceRule.ts';

/** The times on a day, from a time on, of a rule with a frequency of less than a day. */
export function* secondsFrom(rule: RecurrenceRule, day: Day, from: number, steps: Steps): Generator<number> {
  const { frequency, interval, start, secondsOfPeriod } = rule;
  const unit = periodSeconds(frequency);
  const startPeriod = Math.floor(start / unit);
  const firstOfDay = day * DAY_SECONDS;
  /** The first period of the rule that begins at a time or later. */
  const periodFrom = (time: number) =>
    startPeriod + Math.ceil((Math.ceil(time / unit) - startPeriod) / interval) * interval;
  // The period that contains `from` has begun.
  let period = periodFrom(Math.max(firstOfDay, from - unit + 1));
  while (period * unit < firstOfDay + DAY_SECONDS) {
    steps.spend();
    const second = period * unit - firstOfDay;
    const next = nextAllowed(rule, unit, second);
    if (next > second) {
      period = periodFrom(firstOfDay + next);
      continue;
    }
    for (const within of secondsOfPeriod) {
      const time = period * unit + within;
      if (time >= from) yield time;
    }
    period += interval;
  }
}

/** Returns the first second of the day, from this one on, at which the hours, minutes and seconds of a rule may match. */
function nextAllowed({ hours, minutes, seconds }: RecurrenceRule, unit: number, second: number): number {
  const hour = Math.floor(second / 3600);
  if (hours.length > 0 && !hours.includes(hour)) return (hour + 1) * 3600;
  const minute = Math.floor(second / 60) % 60;
  if (unit < 3600 && minutes.length > 0 && !minutes.includes(minute))
    return hour * 3600 + nextIn(minutes, minute, 60) * 60;
  if (unit === 1 && seconds.length > 0 && !seconds.includes(second % 60))
    return second - (second % 60) + nextIn(seconds, second % 60, 60);
  return second;
}

/** The least value of a list above a value, or `otherwise`. */
const nextIn = (list: readonly number[], value: number, otherwise: number) =>
  list.reduce((least, one) => (one > value && one < least ? one : least), otherwise);
