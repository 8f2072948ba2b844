import { type Day, dateOfDay, daysInMonth, weekdayOf } from '../recurrences/calendar.ts';

/** The times of a cron expression. */
export interface CronPattern {
  months: ReadonlySet<number>;
  matchesDay(day: Day): boolean;
  hours: readonly number[];
  minutes: readonly number[];
  seconds: readonly number[];
  /** Whether the hour is a wildcard: `*`, or a step of it. */
  isEveryHour: boolean;
}

export interface CronOptions {
  /** True if the day of the month or the day of the week must match; false if both must. */
  dayOr: boolean;
  /** The syntax of Prefect 1 (croniter 1.3): no range wraps, as in `22-2`, and 1-31 is the same as `*`. */
  isPrefect1: boolean;
}

interface Field {
  name: 'minute' | 'hour' | 'day' | 'month' | 'weekday' | 'second';
  first: number;
  last: number;
  names: readonly string[];
}

const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** The fields in the order of Prefect (and croniter): seconds come last. */
const FIELDS: readonly Field[] = [
  { name: 'minute', first: 0, last: 59, names: [] },
  { name: 'hour', first: 0, last: 23, names: [] },
  { name: 'day', first: 1, last: 31, names: [] },
  { name: 'month', first: 1, last: 12, names: MONTHS },
  { name: 'weekday', first: 0, last: 6, names: WEEKDAYS },
  { name: 'second', first: 0, last: 59, names: [] },
];

const ALIASES: { [alias: string]: string | undefined } = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

/** Each second of a minute takes 170 characters. */
const MAX_CHARACTERS = 1000;

/** The days of the week of a field. */
interface Weekday {
  weekday: number;
  /** Its place in the month, 0 for the last one; null for each. */
  nth: number | null;
}

interface Parsed {
  values: Set<number>;
  isStar: boolean;
  hasLastDay: boolean;
  nth: Weekday[];
}

/** Parses a cron expression as croniter does, with five fields or six; returns null if it is invalid. */
export function cronPattern(text: string, { dayOr, isPrefect1 }: CronOptions): CronPattern | null {
  if (text.length > MAX_CHARACTERS) return null;
  const trimmed = text.trim().toLowerCase();
  const parts = (ALIASES[trimmed] ?? trimmed).split(/\s+/);
  if (parts.length < 5 || parts.length > 6) return null;
  const fields: Parsed[] = [];
  for (const [index, part] of [...parts, ...(parts.length === 5 ? ['0'] : [])].entries()) {
    const field = FIELDS[index] as Field; // There are six.
    const parsed = parseField(field, part, { isPrefect1, zeroDayIsOne: parts.length === 6 });
    if (parsed === null) return null;
    fields.push(parsed);
  }
  const [minutes, hours, days, months, weekdays, seconds] = fields as [Parsed, Parsed, Parsed, Parsed, Parsed, Parsed]; // As above.
  const hoursText = parts[1] as string; // As above.
  const matchesDate = (date: number, last: number) => days.values.has(date) || (days.hasLastDay && date === last);
  return {
    months: months.values,
    matchesDay(day) {
      if (days.isStar && weekdays.isStar) return true;
      const { year, month, date } = dateOfDay(day);
      const last = daysInMonth(year, month);
      const isDate = matchesDate(date, last);
      const isWeekday = matchesWeekday(weekdays, (weekdayOf(day) + 1) % 7, date, last);
      if (days.isStar) return isWeekday;
      if (weekdays.isStar) return isDate;
      return dayOr ? isDate || isWeekday : isDate && isWeekday;
    },
    hours: sorted(hours.values),
    minutes: sorted(minutes.values),
    seconds: sorted(seconds.values),
    isEveryHour: hours.isStar || hoursText.startsWith('*') || hours.values.size === 24,
  };
}

const sorted = (values: ReadonlySet<number>) => [...values].sort((a, b) => a - b);

const matchesWeekday = ({ values, nth }: Parsed, weekday: number, date: number, last: number) =>
  values.has(weekday) ||
  nth.some((one) => one.weekday === weekday && (one.nth === 0 ? date + 7 > last : one.nth === Math.ceil(date / 7)));

interface Reading {
  isPrefect1: boolean;
  /** People write `42 0 0 * * *` if they assume that seconds come first. croniter then reads day 0 as day 1. */
  zeroDayIsOne: boolean;
}

function parseField(field: Field, text: string, reading: Reading): Parsed | null {
  const parsed: Parsed = { values: new Set(), isStar: false, hasLastDay: false, nth: [] };
  const isDay = field.name === 'day' || field.name === 'weekday';
  const isQuestion = text === '?' && isDay && !reading.isPrefect1;
  for (const item of isQuestion ? ['*'] : text.split(',')) if (!parseItem(field, item, reading, parsed)) return null;
  const isFull = parsed.values.size > field.last - field.first;
  parsed.isStar = text === '*' || isQuestion || (reading.isPrefect1 && isFull);
  // As in croniter: the two kinds cannot be mixed.
  return parsed.nth.length > 0 && parsed.values.size > 0 ? null : parsed;
}

/** `1-5/2`, `1-5`, `1/2`, and `*` instead of the range. */
const RANGE = /^(?:(\*)|(\w+)(?:-(\w+))?)(?:\/(\d{1,4}))?$/;

/** Adds the values of an item of a list. Returns false if it is invalid. */
function parseItem(field: Field, item: string, reading: Reading, into: Parsed): boolean {
  if (field.name === 'day' && item === 'l') {
    into.hasLastDay = true;
    return true;
  }
  const [, nthDay, nth = '0', lastDay = nthDay] =
    (field.name === 'weekday' && /^(?:(\w+)#([1-5])|l([0-7]))$/.exec(item)) || [];
  if (lastDay !== undefined) {
    const weekday = numberOf(field, lastDay, reading);
    if (weekday !== null) into.nth.push({ weekday, nth: Number(nth) });
    return weekday !== null;
  }
  const [, star, from = '', to, step] = RANGE.exec(item) ?? [];
  const every = Number(step ?? 1);
  if (every === 0) return false;
  if (star) return addRange(field, field.first, field.last, every, into);
  const low = numberOf(field, from, reading);
  if (low === null) return false;
  if (to === undefined) return addRange(field, low, step === undefined ? low : field.last, every, into);
  const high = field.name === 'day' && to === 'l' ? field.last : numberOf(field, to, reading);
  if (high === null) return false;
  if (low <= high) return addRange(field, low, high, every, into);
  const isWeekEnd = field.name === 'weekday' && high === 0;
  if (reading.isPrefect1 && !isWeekEnd) return false;
  return addRange(field, low, high + field.last - field.first + 1, every, into);
}

function addRange({ first, last }: Field, low: number, high: number, step: number, { values }: Parsed): true {
  for (let value = low; value <= high; value += step) values.add(value > last ? value - (last - first + 1) : value);
  return true;
}

/** Returns the number of a name or of digits; null if the field has no such value. */
function numberOf({ name, first, last, names }: Field, text: string, { zeroDayIsOne }: Reading): number | null {
  const index = names.indexOf(text);
  if (index !== -1) return index + first;
  if (!/^\d{1,2}$/.test(text)) return null;
  const value = Number(text);
  if (name === 'weekday' && value === 7) return 0;
  if (name === 'day' && value === 0 && zeroDayIsOne) return 1;
  return value >= first && value <= last ? value : null;
}
