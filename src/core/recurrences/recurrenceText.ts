import { parseInstant } from '../values/instant.ts';
import type { NthWeekday, RuleParts } from './recurrenceRule.ts';
import { FREQUENCIES } from './recurrenceRule.ts';

// Recurrences as text (RFC 5545). Each function throws an Error if a part is invalid or unknown: no part is ignored.

/** About a year of dates. Prefect 3: validators.py, MAX_RRULE_LENGTH. */
export const MAX_RULE_CHARACTERS = 6500;

/** A time as written: a wall time, possibly in a zone, or an instant. Both in microseconds. */
export type WrittenTime = { wall: number; zone: string | null } | { instant: number };

export interface WrittenRule {
  parts: RuleParts;
  until: WrittenTime | null;
}

export interface WrittenRecurrence {
  start: WrittenTime | null;
  rules: WrittenRule[];
  dates: WrittenTime[];
  exceptRules: WrittenRule[];
  exceptDates: WrittenTime[];
}

const invalid = (what: string) => new Error(`${what.slice(0, 80)} is invalid`);

const PROPERTY = '(?:DTSTART|RRULE|EXRULE|RDATE|EXDATE)[:;]';
/** A long line continues after a line break and a space. */
const FOLD = new RegExp(`\\r?\\n[ \\t]+(?!${PROPERTY})`, 'gi');

export function readRecurrence(text: string): WrittenRecurrence {
  if (text.length > MAX_RULE_CHARACTERS) throw new Error(`the text has more than ${MAX_RULE_CHARACTERS} characters`);
  const found: WrittenRecurrence = { start: null, rules: [], dates: [], exceptRules: [], exceptDates: [] };
  for (const line of text.replace(FOLD, '').split(/\s+/)) if (line !== '') readLine(line, found);
  return found;
}

function readLine(line: string, into: WrittenRecurrence): void {
  const colon = line.indexOf(':');
  const [name = '', ...parameters] = colon === -1 ? ['RRULE'] : line.slice(0, colon).split(';');
  const value = line.slice(colon + 1);
  const property = name.toUpperCase();
  const hasDates = property === 'DTSTART' || property === 'RDATE' || property === 'EXDATE';
  if (!hasDates && parameters.length > 0) throw invalid(`the parameter ${parameters[0]}`);
  const dates = hasDates ? value.split(',').map((date) => readTime(date, parameters)) : [];
  if (property === 'DTSTART') {
    const [start, ...others] = dates;
    if (!start || others.length > 0 || into.start !== null) throw new Error('there is more than one DTSTART');
    into.start = start;
  } else if (property === 'RDATE') into.dates.push(...dates);
  else if (property === 'EXDATE') into.exceptDates.push(...dates);
  else if (property === 'RRULE') into.rules.push(readRule(value));
  else if (property === 'EXRULE') into.exceptRules.push(readRule(value));
  else throw invalid(name);
}

/** Reads `20260131T090000`, with `Z` or an offset for an instant, or `20260131` for midnight. */
function readTime(text: string, parameters: readonly string[]): WrittenTime {
  let zone: string | null = null;
  for (const parameter of parameters) {
    const [, name = '', value = ''] = /^(\w+)=(.+)$/.exec(parameter) ?? [];
    if (name.toUpperCase() === 'TZID' && zone === null) zone = value.replace(/^"(.*)"$/, '$1');
    else if (name.toUpperCase() !== 'VALUE' || !/^DATE(-TIME)?$/i.test(value))
      throw invalid(`the parameter ${parameter}`);
  }
  const time = parseInstant(text.toUpperCase());
  if (time === null || time % 1_000_000 !== 0) throw invalid(`the time ${text}`);
  if (!/T.*(Z|[+-]\d\d(:?\d\d)?)$/i.test(text)) return { wall: time, zone };
  if (zone !== null) throw new Error(`the time ${text.slice(0, 40)} has two time zones`);
  return { instant: time };
}

const LISTS = {
  BYMONTH: ['months', 1, 12],
  BYWEEKNO: ['weekNumbers', -53, 53],
  BYYEARDAY: ['yearDays', -366, 366],
  BYMONTHDAY: ['monthDays', -31, 31],
  BYHOUR: ['hours', 0, 23],
  BYMINUTE: ['minutes', 0, 59],
  BYSECOND: ['seconds', 0, 59],
  BYSETPOS: ['setPositions', -366, 366],
} as const;
const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
/** Each day of the week, five times from the start and five from the end of a month. */
const MAX_WEEKDAYS = 77;
/** Each minute of a day. For each second, there is `FREQ=SECONDLY`. */
const MAX_TIMES_OF_DAY = 1440;

/** Reads `FREQ=WEEKLY;BYDAY=MO,WE`. */
export function readRule(text: string): WrittenRule {
  const values = new Map<string, string>();
  for (const part of text.toUpperCase().split(';')) {
    const [, name = '', value = ''] = /^([A-Z]+)=(.+)$/.exec(part) ?? [];
    if (name === '' || values.has(name)) throw invalid(`the part ${part}`);
    values.set(name, value);
  }
  const take = (name: string): string | null => {
    const value = values.get(name) ?? null;
    values.delete(name);
    return value;
  };
  const lists = Object.fromEntries(
    Object.entries(LISTS).map(([name, [key, least, most]]) => [key, integers(name, take(name), least, most)]),
  ) as Record<(typeof LISTS)[keyof typeof LISTS][0], number[]>; // The keys are those of the table.
  const until = take('UNTIL');
  const [count, weekStart] = [take('COUNT'), take('WKST')];
  const parts: RuleParts = {
    ...lists,
    frequency: oneOf(FREQUENCIES, take('FREQ') ?? 'a rule without FREQ'),
    interval: positive('INTERVAL', take('INTERVAL') ?? '1'),
    count: count === null ? null : positive('COUNT', count),
    weekStart: weekStart === null ? 0 : WEEKDAYS.indexOf(oneOf(WEEKDAYS, weekStart)),
    weekdays: weekdays(take('BYDAY') ?? take('BYWEEKDAY')),
  };
  for (const name of values.keys()) throw invalid(`the part ${name}`);
  if (parts.weekdays.some(({ nth }) => nth !== null) && parts.frequency !== 'YEARLY' && parts.frequency !== 'MONTHLY')
    throw new Error('the nth weekday is for months and years');
  const perDay = [parts.hours, parts.minutes, parts.seconds].reduce((size, list) => size * (list.length || 1), 1);
  if (perDay > MAX_TIMES_OF_DAY) throw new Error(`a rule may name ${MAX_TIMES_OF_DAY} times of a day`);
  return { parts, until: until === null ? null : readTime(until, []) };
}

function oneOf<One extends string>(known: readonly One[], text: string): One {
  const found = known.find((one) => one === text);
  if (found === undefined) throw invalid(text);
  return found;
}

function positive(name: string, text: string): number {
  if (!/^0*[1-9]\d{0,14}$/.test(text)) throw invalid(`${name}=${text}`);
  return Number(text);
}

function integers(name: string, text: string | null, least: number, most: number): number[] {
  if (text === null) return [];
  const values = text.split(',').map((item) => {
    const value = /^[+-]?\d{1,3}$/.test(item) ? Number(item) : Number.NaN;
    // Hours, minutes and seconds begin at 0; the others count from 1 and, negative, from the end.
    if (!(value >= least && value <= most) || (value === 0 && least !== 0)) throw invalid(`${name}=${item}`);
    return value;
  });
  return [...new Set(values)];
}

/** Reads `MO`, `-1FR`, and `FR(-1)`, as dateutil writes it. */
function weekdays(text: string | null): NthWeekday[] {
  if (text === null) return [];
  const items = [...new Set(text.split(','))];
  if (items.length > MAX_WEEKDAYS) throw new Error(`BYDAY may name ${MAX_WEEKDAYS} days`);
  return items.map((item) => {
    const [, before, name = '', after] = /^([+-]?\d{1,2})?([A-Z]{2})(?:\(([+-]?\d{1,2})\))?$/.exec(item) ?? [];
    const nth = Number(before ?? after ?? Number.NaN);
    if (!WEEKDAYS.includes(name) || nth === 0 || Math.abs(nth) > 53 || (before && after))
      throw invalid(`BYDAY=${item}`);
    return { weekday: WEEKDAYS.indexOf(name), nth: Number.isNaN(nth) ? null : nth };
  });
}
