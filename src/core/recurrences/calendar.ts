/** Days since 1 January 1970. Years have four digits at most. */
export type Day = number;

export const DAY_SECONDS = 86_400;
const DAY_MS = DAY_SECONDS * 1000;
const LAST_YEAR = 9999;

export function dayOf(year: number, month: number, date = 1): Day {
  // Date.UTC takes the years 0 to 99 for 1900 to 1999; 400 years always have the same length.
  return Date.UTC(year + 400, month - 1, date) / DAY_MS - 146_097;
}

/** The last day of the year 9999. No schedule looks further. */
export const LAST_DAY: Day = dayOf(LAST_YEAR, 12, 31);

export interface CalendarDate {
  year: number;
  /** From 1. */
  month: number;
  date: number;
}

export function dateOfDay(day: Day): CalendarDate {
  const time = new Date(day * DAY_MS);
  return { year: time.getUTCFullYear(), month: time.getUTCMonth() + 1, date: time.getUTCDate() };
}

/** Monday is 0. */
export const weekdayOf = (day: Day): number => (((day + 3) % 7) + 7) % 7;

export const daysInMonth = (year: number, month: number): number => dayOf(year, month + 1) - dayOf(year, month);

export const daysInYear = (year: number): number => dayOf(year + 1, 1) - dayOf(year, 1);

/** The first day of week 1 of a year: of the first week that has at least four days in the year. */
export function firstWeekOf(year: number, weekStart: number): Day {
  const fourth = dayOf(year, 1, 4);
  return fourth - ((weekdayOf(fourth) - weekStart + 7) % 7);
}
