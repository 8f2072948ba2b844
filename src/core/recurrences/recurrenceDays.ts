import {
  type CalendarDate,
  type Day,
  dateOfDay,
  dayOf,
  daysInMonth,
  daysInYear,
  firstWeekOf,
  weekdayOf,
} from './calendar.ts';
import type { RecurrenceRule } from './recurrenceRule.ts';

/** Whether a rule allows a day, apart from its interval. */
export function matchesDay(rule: RecurrenceRule, day: Day): boolean {
  const at = dateOfDay(day);
  return (
    allows(rule.months, at.month) &&
    (rule.monthDays.length === 0 || isAt(rule.monthDays, at.date, daysInMonth(at.year, at.month))) &&
    (rule.yearDays.length === 0 || isAt(rule.yearDays, day - dayOf(at.year, 1) + 1, daysInYear(at.year))) &&
    (rule.weekNumbers.length === 0 || isInWeek(rule, day, at.year)) &&
    (rule.weekdays.length === 0 || isWeekday(rule, day, at))
  );
}

const allows = (list: readonly number[], value: number) => list.length === 0 || list.includes(value);

/** Whether a list has the value, from 1 to `last`, counted from the start or, negative, from the end. */
const isAt = (list: readonly number[], value: number, last: number) =>
  list.includes(value) || list.includes(value - last - 1);

function isInWeek({ weekNumbers, weekStart }: RecurrenceRule, day: Day, year: number): boolean {
  // The first days of a year may be in the last week of the year before, and the last ones in week 1 of the next.
  const ofWeek = [year + 1, year].find((one) => day >= firstWeekOf(one, weekStart)) ?? year - 1;
  const first = firstWeekOf(ofWeek, weekStart);
  const weeks = (firstWeekOf(ofWeek + 1, weekStart) - first) / 7;
  return isAt(weekNumbers, Math.floor((day - first) / 7) + 1, weeks);
}

function isWeekday({ frequency, months, weekdays }: RecurrenceRule, day: Day, at: CalendarDate): boolean {
  const weekday = weekdayOf(day);
  const isOfMonth = frequency === 'MONTHLY' || months.length > 0;
  const [date, last] = isOfMonth
    ? [at.date, daysInMonth(at.year, at.month)]
    : [day - dayOf(at.year, 1) + 1, daysInYear(at.year)];
  const fromStart = Math.ceil(date / 7);
  const fromEnd = -Math.ceil((last - date + 1) / 7);
  return weekdays.some(
    ({ weekday: wanted, nth }) => wanted === weekday && (nth === null || nth === fromStart || nth === fromEnd),
  );
}
