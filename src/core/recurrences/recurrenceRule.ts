import { DAY_SECONDS, dateOfDay, weekdayOf } from './calendar.ts';

// A rule of a recurrence (RFC 5545, 3.3.10), as parsed from its text. Times are wall times in seconds.

export const FREQUENCIES = ['YEARLY', 'MONTHLY', 'WEEKLY', 'DAILY', 'HOURLY', 'MINUTELY', 'SECONDLY'] as const;
export type Frequency = (typeof FREQUENCIES)[number];

/** Monday is 0. */
export interface NthWeekday {
  weekday: number;
  /** Its place in the month or year, counted from the end if negative; null for each. */
  nth: number | null;
}

/** What a text says. Absent parts are empty lists. */
export interface RuleParts {
  frequency: Frequency;
  interval: number;
  count: number | null;
  weekStart: number;
  months: readonly number[];
  weekNumbers: readonly number[];
  yearDays: readonly number[];
  monthDays: readonly number[];
  weekdays: readonly NthWeekday[];
  hours: readonly number[];
  minutes: readonly number[];
  seconds: readonly number[];
  setPositions: readonly number[];
}

/** A rule with a start, which supplies what the parts do not say. */
export interface RecurrenceRule extends RuleParts {
  start: number;
  /** The last second at which the rule may have a time. */
  until: number;
  /** The seconds, from the start of a day or of a shorter period, at which the rule has times. */
  secondsOfPeriod: readonly number[];
}

/** The length of a period of less than a day; null for longer ones. */
export const unitSeconds = (frequency: Frequency): number | null => UNITS[frequency] ?? null;
/** The same; a day for longer ones. */
export const periodSeconds = (frequency: Frequency): number => UNITS[frequency] ?? DAY_SECONDS;
const UNITS: { [frequency in Frequency]?: number } = { HOURLY: 3600, MINUTELY: 60, SECONDLY: 1 };

const isCoarserThan = (frequency: Frequency, other: Frequency) =>
  FREQUENCIES.indexOf(frequency) < FREQUENCIES.indexOf(other);

/** Source: RFC 5545, 3.3.10: "Information, not contained in the rule, ... is derived from DTSTART". */
export function ruleFrom(parts: RuleParts, start: number, until: number): RecurrenceRule {
  const startDay = Math.floor(start / DAY_SECONDS);
  const { month, date } = dateOfDay(startDay);
  const secondOfDay = start - startDay * DAY_SECONDS;
  const { frequency, months, weekNumbers, yearDays, monthDays, weekdays } = parts;
  const hasDays = [weekNumbers, yearDays, monthDays, weekdays].some((list) => list.length > 0);
  const isYearly = frequency === 'YEARLY';
  const ofStart = (list: readonly number[], coarserThan: Frequency, value: number) =>
    list.length === 0 && isCoarserThan(frequency, coarserThan) ? [value] : list;
  const filled = {
    ...parts,
    months: isYearly && !hasDays && months.length === 0 ? [month] : months,
    monthDays: !hasDays && (isYearly || frequency === 'MONTHLY') ? [date] : monthDays,
    weekdays: !hasDays && frequency === 'WEEKLY' ? [{ weekday: weekdayOf(startDay), nth: null }] : weekdays,
    hours: ofStart(parts.hours, 'HOURLY', Math.floor(secondOfDay / 3600)),
    minutes: ofStart(parts.minutes, 'MINUTELY', Math.floor(secondOfDay / 60) % 60),
    seconds: ofStart(parts.seconds, 'SECONDLY', secondOfDay % 60),
  };
  return { ...filled, start, until, secondsOfPeriod: secondsOfPeriod(filled) };
}

function secondsOfPeriod({ frequency, hours, minutes, seconds, setPositions }: RuleParts): number[] {
  if (frequency === 'SECONDLY') return [0];
  const ofMinute = sorted(seconds);
  if (frequency === 'MINUTELY') return at(ofMinute, setPositions);
  const ofHour = sorted(minutes).flatMap((minute) => ofMinute.map((second) => minute * 60 + second));
  if (frequency === 'HOURLY') return at(ofHour, setPositions);
  const ofDay = sorted(hours).flatMap((hour) => ofHour.map((second) => hour * 3600 + second));
  return frequency === 'DAILY' ? at(ofDay, setPositions) : ofDay;
}

const sorted = (list: readonly number[]) => [...new Set(list)].sort((a, b) => a - b);

const at = (seconds: number[], positions: readonly number[]): number[] =>
  positions.length === 0
    ? seconds
    : seconds.filter((_, index) => positions.includes(index + 1) || positions.includes(index - seconds.length));
