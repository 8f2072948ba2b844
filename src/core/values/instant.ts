/**
 * A point in time, as whole microseconds since 1970 in UTC. PostgreSQL and Prefect count microseconds; `Date` would
 * lose three digits of every timestamp that a client reports. The numbers are exact until the year 2255.
 */
export type Instant = number;

/** A date, optionally with hours, minutes, seconds and a fraction, optionally with an offset. */
const ISO8601 =
  /^(\d{4})-?(\d\d)-?(\d\d)(?:[Tt ](\d\d)(?::?(\d\d)(?::?(\d\d)(?:[.,](\d{1,9}))?)?)?(?:\s*([Zz])|([+-])(\d\d)(?::?(\d\d))?)?)?$/;

const FIRST = Date.UTC(1000, 0, 1);
const LAST = Date.UTC(9999, 11, 31, 23, 59, 59);
export const FIRST_INSTANT: Instant = FIRST * 1000;
/** The last instant of 9999 that a number can represent; the last microsecond would round to the year 10,000. */
export const LAST_INSTANT: Instant = LAST * 1000 + 999_968;

/**
 * Parses RFC 3339 and the looser forms of ISO 8601 that Prefect 1 clients write; returns null for anything else.
 * Missing parts of a time default to zero, and a missing offset to UTC. Digits of a second after the sixth are dropped.
 */
export function parseInstant(text: string): Instant | null {
  const match = ISO8601.exec(text);
  if (!match) return null;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = ''] = match;
  const [sign, offsetHours = '0', offsetMinutes = '0'] = match.slice(9);
  const date = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  const read = new Date(date);
  // Date.UTC turns 31 February into a day of March, and the year 26 into 1926. Reading the parts back finds both.
  const exact =
    read.getUTCFullYear() === Number(year) &&
    read.getUTCMonth() === Number(month) - 1 &&
    read.getUTCDate() === Number(day) &&
    Number(hour) < 24 &&
    Number(minute) < 60 &&
    Number(second) < 60;
  if (!exact || Number(offsetHours) > 23 || Number(offsetMinutes) > 59) return null;
  const offset = (Number(offsetHours) * 60 + Number(offsetMinutes)) * 60_000 * (sign === '-' ? -1 : 1);
  // An offset can move the time out of the years with four digits.
  if (date - offset < FIRST || date - offset > LAST) return null;
  return Math.min((date - offset) * 1000 + Number(fraction.slice(0, 6).padEnd(6, '0')), LAST_INSTANT);
}

const TWO_DIGITS = Array.from({ length: 100 }, (_, number) => String(number).padStart(2, '0'));

/**
 * Formats RFC 3339 in UTC with six digits: `2026-11-21T01:08:00.563414Z`. Each state that is written and each run that
 * is read calls this a dozen times. Hence the arithmetic: 0.14 microseconds a call, against 0.7 with `toISOString`.
 */
export function formatInstant(instant: Instant): string {
  const seconds = Math.floor(instant / 1_000_000);
  const micros = instant - seconds * 1_000_000;
  const days = Math.floor(seconds / 86_400);
  const second = seconds - days * 86_400;
  return `${dateText(days)}T${two(second / 3600)}:${two((second / 60) % 60)}:${two(second % 60)}.${two(micros / 10_000)}${two((micros / 100) % 100)}${two(micros % 100)}Z`;
}

const two = (number: number) => TWO_DIGITS[Math.floor(number)];

/**
 * Returns the date that many days after 1 January 1970. Years begin in March, so that the leap day is the last day of
 * its year, and are counted in eras of 400 years, which all have the same length.
 * Source: Howard Hinnant, chrono-Compatible Low-Level Date Algorithms, `civil_from_days`.
 */
function dateText(daysSince1970: number): string {
  const days = daysSince1970 + 719_468;
  const era = Math.floor(days / 146_097);
  const dayOfEra = days - era * 146_097;
  const leaps = Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra + leaps) / 365);
  const dayOfYear = dayOfEra - 365 * yearOfEra - Math.floor(yearOfEra / 4) + Math.floor(yearOfEra / 100);
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return `${era * 400 + yearOfEra + (month <= 2 ? 1 : 0)}-${two(month)}-${two(day)}`;
}

export const secondsBetween = (from: Instant, to: Instant): number => (to - from) / 1_000_000;

export const addSeconds = (instant: Instant, seconds: number): Instant => instant + Math.round(seconds * 1_000_000);
