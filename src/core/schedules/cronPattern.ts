import { Cron } from 'croner';

const ALIASES = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'];

/** The fields in the order of Prefect 1 (and croniter): seconds come last. */
const FIELDS = [
  { name: 'minute', last: 59, every: null },
  { name: 'hour', last: 23, every: null },
  // A field that matches every day restricts nothing: with `dayOr`, only the other day field counts.
  { name: 'day', last: 31, every: /^(\*\/1|1-31)$/ },
  { name: 'month', last: 12, every: null },
  { name: 'day of the week', last: 6, every: /^(\*\/1|0-[67]|1-7|mon-sun|sun-sat)$/i },
  { name: 'second', last: 59, every: null },
] as const;

/** Syntax that the library accepts and croniter does not: the nearest weekday, "no value", the last Friday as `5L`. */
const FOREIGN = /[?w]|\dl/i;
/** With seconds, croniter reads day 0 as day 1. People write `42 0 0 * * *` if they assume that seconds come first. */
const DAY_ZERO = /^0$/;
/** The last Friday in croniter's syntax. */
const LAST_WEEKDAY = /^l([0-7])$/i;

/**
 * Parses a cron expression as croniter 1.3 does; returns null if it is invalid. The pattern runs in UTC: the caller
 * converts from and to its time zone.
 * @param dayOr true if the day of the month or the day of the week must match; false if both must
 */
export function cronPattern(text: string, dayOr = true): Cron | null {
  const pattern = text.trim().startsWith('@') ? alias(text) : reorder(text.trim().split(/\s+/));
  if (pattern === null) return null;
  try {
    return new Cron(pattern, { timezone: 'UTC', domAndDow: !dayOr });
  } catch {
    return null; // The library throws for an invalid expression.
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
