import { Cron } from 'croner';

const ALIASES = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'];

/** The fields in the order in which Prefect 1 takes them (croniter's): seconds stand at the end. */
const FIELDS = [
  { name: 'minute', last: 59, every: null },
  { name: 'hour', last: 23, every: null },
  // A field that holds every day restricts nothing, and is no part of "this day of the month or that of the week".
  { name: 'day', last: 31, every: /^(\*\/1|1-31)$/ },
  { name: 'month', last: 12, every: null },
  { name: 'day of the week', last: 6, every: /^(\*\/1|0-[67]|1-7|mon-sun|sun-sat)$/i },
  { name: 'second', last: 59, every: null },
] as const;

/** What the library takes and croniter does not: the nearest weekday, "no value", the last Friday as `5L`. */
const FOREIGN = /[?w]|\dl/i;
/** With seconds, croniter takes the day 0 for the first one: `42 0 0 * * *` is written by who thinks that seconds stand first. */
const DAY_ZERO = /^0$/;
/** The last Friday as croniter has it. */
const LAST_WEEKDAY = /^l([0-7])$/i;

/**
 * A cron text as croniter 1.3 reads it, or null where that is none. It runs on a clock in UTC: the zone is the caller's.
 * @param dayOr days of the month and of the week: either is enough, or both must be met
 */
export function cronPattern(text: string, dayOr = true): Cron | null {
  const pattern = text.trim().startsWith('@') ? alias(text) : reorder(text.trim().split(/\s+/));
  if (pattern === null) return null;
  try {
    return new Cron(pattern, { timezone: 'UTC', domAndDow: !dayOr });
  } catch {
    return null; // the library's own refusal
  }
}

const alias = (text: string) => ALIASES.find((name) => name === text.trim().toLowerCase()) ?? null;

function reorder(parts: string[]): string | null {
  if (parts.length < 5 || parts.length > 6 || FOREIGN.test(parts.join(' ').replaceAll(/mon|wed|jul|aug/gi, '')))
    return null;
  const fields = parts.map((part, index) =>
    rewrite(parts.length === 6 && index === 2 ? part.replace(DAY_ZERO, '1') : part, index),
  );
  return [fields[5] ?? '0', ...fields.slice(0, 5)].join(' ');
}

function rewrite(part: string, index: number): string {
  const field = FIELDS[index];
  if (!field || field.every?.test(part)) return '*';
  return part
    .split(',')
    .map((item) => item.replace(/^(\d+)\//, `$1-${field.last}/`).replace(LAST_WEEKDAY, '$1L'))
    .join(',');
}
