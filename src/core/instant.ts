/**
 * A moment, as whole microseconds since 1970 in UTC. PostgreSQL and Prefect count microseconds; `Date` would lose three
 * digits of every timestamp that a client reports. The numbers stay exact until the year 2255.
 */
export type Instant = number;

const RFC3339 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(?:\s*([Zz])|([+-])(\d\d)(?::?(\d\d))?)?$/;

const FIRST = Date.UTC(1000, 0, 1);
const LAST = Date.UTC(9999, 11, 31, 23, 59, 59);
export const FIRST_INSTANT: Instant = FIRST * 1000;
/** The last microsecond of 9999 is no number of ours any more, and would be rounded to the year 10,000. */
export const LAST_INSTANT: Instant = LAST * 1000 + 999_968;

/** Reads RFC 3339 and its common looser forms; without an offset the time is UTC; digits past the sixth are cut off. */
export function parseInstant(text: string): Instant | null {
  const match = RFC3339.exec(text);
  if (!match) return null;
  const [, year, month, day, hour, minute, second, fraction = '', , sign, offsetHours = '0', offsetMinutes = '0'] =
    match;
  const date = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  const read = new Date(date);
  // Date.UTC rolls 31 February over into March, and takes the year 26 for 1926; what does not read back the same was no date.
  const exact =
    read.getUTCFullYear() === Number(year) &&
    read.getUTCMonth() === Number(month) - 1 &&
    read.getUTCDate() === Number(day) &&
    Number(hour) < 24 &&
    Number(minute) < 60 &&
    Number(second) < 60;
  if (!exact || Number(offsetHours) > 23 || Number(offsetMinutes) > 59) return null;
  const offset = (Number(offsetHours) * 60 + Number(offsetMinutes)) * 60_000 * (sign === '-' ? -1 : 1);
  // An offset can lead out of the years that have four digits.
  if (date - offset < FIRST || date - offset > LAST) return null;
  return Math.min((date - offset) * 1000 + Number(fraction.slice(0, 6).padEnd(6, '0')), LAST_INSTANT);
}

/** RFC 3339 in UTC with six digits: `2026-11-21T01:08:00.563414Z`. */
export function formatInstant(instant: Instant): string {
  const seconds = Math.floor(instant / 1_000_000);
  const micros = instant - seconds * 1_000_000;
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${String(micros).padStart(6, '0')}Z`;
}

export const secondsBetween = (from: Instant, to: Instant): number => (to - from) / 1_000_000;

export const addSeconds = (instant: Instant, seconds: number): Instant => instant + Math.round(seconds * 1_000_000);
