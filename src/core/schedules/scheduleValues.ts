import { type Instant, parseInstant } from '../values/instant.ts';
import { isJsonObject, type Json, numberIn } from '../values/jsonObject.ts';
import { writeJson } from '../values/writeJson.ts';
import type { ZonedMoment } from './clock.ts';
import { fromWall, timeZone } from './timeZone.ts';

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

/** `//timedelta:300.0`, in microseconds. */
export function durationOf(json: Json | undefined): number {
  const seconds = Number(textOf(json).replace('//timedelta:', ''));
  if (!Number.isFinite(seconds)) throw unreadable('duration', json);
  return Math.round(seconds * SECOND);
}

/** `{ dt: '2022-01-01T00:00:00', tz: 'America/New_York' }`; returns null for null. */
export function zonedMomentOf(json: Json | undefined): ZonedMoment | null {
  if (json === undefined || json === null) return null;
  const { dt, tz } = isJsonObject(json) ? json : { dt: json, tz: 'UTC' };
  const zone = timeZone(typeof tz === 'string' ? tz : 'UTC');
  const text = textOf(dt);
  const read = readTime(text);
  if (zone === null || read === null) throw unreadable('time in a zone', json);
  // An offset in `dt` takes precedence over the zone.
  return { instant: /([+-]\d\d:?\d\d|Z)$/.test(text) ? read : fromWall(read, zone), zone };
}

/** A date without a time means midnight. */
const readTime = (text: string) => parseInstant(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00` : text);
