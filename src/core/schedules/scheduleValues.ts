import { type Instant, parseInstant } from '../values/instant.ts';
import { isJsonObject, type Json, numberIn } from '../values/jsonObject.ts';
import { writeJson } from '../values/writeJson.ts';
import type { ZonedMoment } from './clock.ts';
import { fromWall, type TimeZone, timeZoneOrOffset, UTC } from './timeZone.ts';

// The values inside serialized schedules. Each function throws an Error if a value is invalid, and so the schedule is.

const SECOND = 1_000_000;

const unreadable = (what: string, json: Json | undefined) =>
  new Error(`A schedule must have a ${what}, not ${writeJson(json ?? null).slice(0, 200)}.`);

export function textOf(json: Json | undefined): string {
  if (typeof json !== 'string') throw unreadable('string', json);
  return json;
}

export function numberOf(json: Json | undefined): number {
  const number = numberIn(json);
  if (number === null) throw unreadable('number', json);
  return number;
}

/** Encodes a day of the year as a number, in the order of the days. */
export const dateOf = (month: number, day: number): number => month * 100 + day;

/** `//datetime:2022-01-01T09:00:00-05:00` */
export function momentOf(json: Json | undefined): Instant {
  const moment = readTime(textOf(json).replace('//datetime:', ''));
  if (moment === null) throw unreadable('time', json);
  return moment;
}

/** `//time:09:00:00`, in microseconds since midnight. */
export function timeOf(json: Json | undefined): number {
  const [, hours, minutes, seconds = '0', fraction = ''] =
    /^\/\/time:(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?/.exec(textOf(json)) ?? [];
  if (hours === undefined) throw unreadable('time of day', json);
  return (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * SECOND + Number(fraction.padEnd(6, '0'));
}

/** A hundred years. */
const MAX_SECONDS = 3_155_760_000;

/** `//timedelta:300.0`, in microseconds. */
export function durationOf(json: Json | undefined): number {
  const seconds = Number(textOf(json).replace('//timedelta:', ''));
  if (!(Math.abs(seconds) <= MAX_SECONDS)) throw unreadable('duration of at most 100 years', json);
  return Math.round(seconds * SECOND);
}

export const MAX_ENTRIES = { clocks: 100, rules: 100, functions: 100, dates: 2000 } as const;

/** Each round of the scheduler reads these lists. Null is an empty list. */
export function listOf(what: keyof typeof MAX_ENTRIES, json: Json | undefined): Json[] {
  if (json === undefined || json === null) return [];
  if (!Array.isArray(json)) throw unreadable(`list of ${what}`, json);
  if (json.length > MAX_ENTRIES[what])
    throw new Error(`A schedule may have at most ${MAX_ENTRIES[what]} ${what}, and has ${json.length}.`);
  return json;
}

/** `{ dt: '2022-01-01T00:00:00', tz: 'America/New_York' }`; returns null for null. */
export function zonedMomentOf(json: Json | undefined): ZonedMoment | null {
  if (json === undefined || json === null) return null;
  const { dt, tz = null } = isJsonObject(json) ? json : { dt: json };
  const zone = tz === null ? UTC : timeZoneOrOffset(textOf(tz));
  if (zone === null) throw unreadable('time in a zone', json);
  return momentIn(textOf(dt), zone) ?? unknownMoment('time in a zone', json);
}

/** `2022-01-01T00:00:00-05:00`, in the zone of its offset; without an offset, in the given zone. */
export function isoMomentOf(what: string, json: Json, zone: TimeZone = UTC): ZonedMoment {
  const text = textOf(json);
  const offset = OFFSET.exec(text)?.[1];
  const own = offset === undefined ? zone : offset === 'Z' ? UTC : timeZoneOrOffset(offset);
  return (own && momentIn(text, own)) ?? unknownMoment(what, json);
}

const OFFSET = /(Z|[+-]\d\d:?\d\d)$/;

/** An offset in the text takes precedence over the zone. */
function momentIn(text: string, zone: TimeZone): ZonedMoment | null {
  const read = readTime(text);
  if (read === null) return null;
  return { instant: OFFSET.test(text) ? read : fromWall(read, zone), zone };
}

function unknownMoment(what: string, json: Json): never {
  throw unreadable(what, json);
}

/** A date without a time means midnight. */
const readTime = (text: string) => parseInstant(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00` : text);
