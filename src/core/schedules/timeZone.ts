import type { Instant } from '../values/instant.ts';

const SECOND = 1_000_000;
const DAY = 86_400 * SECOND;

/** A wall time: what a local clock shows, as the instant at which a clock in UTC shows the same. */
export type WallTime = number;

export interface TimeZone {
  name: string;
  /** The difference between wall time and UTC at an instant, in microseconds. */
  offsetAt(instant: Instant): number;
}

export const UTC: TimeZone = { name: 'UTC', offsetAt: () => 0 };

/** The IANA names that are neither `Area/Location` nor UTC. Intl also knows names such as `PST`, `IST` and `ACT`. */
const NAMES_WITHOUT_AREA = new Set(
  (
    'CET CST6CDT Cuba EET EST EST5EDT Egypt Eire GB GB-Eire GMT GMT+0 GMT-0 GMT0 Greenwich HST Hongkong Iceland Iran Israel ' +
    'Jamaica Japan Kwajalein Libya MET MST MST7MDT NZ NZ-CHAT Navajo PRC PST8PDT Poland Portugal ROC ROK Singapore Turkey UCT ' +
    'Universal W-SU WET Zulu'
  ).split(' '),
);
const WITH_AREA =
  /^(Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Brazil|Canada|Chile|Etc|Europe|Indian|Mexico|Pacific|US)\/[\w+/-]+$/;

const known = new Map<string, TimeZone>();

/** Returns a zone by its IANA name; null if the name is unknown. */
export function timeZone(name: string): TimeZone | null {
  if (name === 'UTC') return UTC;
  if (!WITH_AREA.test(name) && !NAMES_WITHOUT_AREA.has(name)) return null;
  const zone = known.get(name) ?? ianaZone(name);
  if (zone) known.set(name, zone);
  return zone;
}

/** Returns a zone by its IANA name or by an offset such as `-05:00`, as Prefect 1 and older schedules name it. */
export function timeZoneOrOffset(name: string): TimeZone | null {
  const [, sign, hours = '', minutes = ''] = /^([+-])(0\d|1[0-4]):?([0-5]\d)$/.exec(name) ?? [];
  if (!sign) return timeZone(name);
  const offset = (Number(hours) * 60 + Number(minutes)) * 60 * SECOND * (sign === '-' ? -1 : 1);
  return { name, offsetAt: () => offset };
}

/** A lookup in Intl takes microseconds, and a schedule may need thousands. So offsets are kept in spans of this length. */
const SPAN = 32 * DAY;
/** No zone changes its clock twice within eight days. */
const SAMPLES = 4;
/** About 10 MB, or a century for each of fifty zones. Schedules in all zones and centuries would fill the memory. */
const MAX_SPANS = 50_000;
let spansRead = 0;

/** The offsets of a span: each begins at an instant and lasts until the next one. */
type Span = readonly { from: Instant; offset: number }[];

function ianaZone(name: string): TimeZone | null {
  const format = offsetFormat(name);
  if (!format) return null;
  const read = (instant: Instant) => readOffset(format.format(instant / 1000));
  const spans = new Map<number, Span>();
  return {
    name,
    offsetAt(instant) {
      const index = Math.floor(instant / SPAN);
      let span = spans.get(index);
      if (span === undefined) {
        span = readSpan(index * SPAN, read);
        spans.set(index, span);
        spansRead += 1;
        if (spansRead > MAX_SPANS) forgetSpans();
      }
      let offset = 0;
      for (const part of span) if (part.from <= instant) offset = part.offset;
      return offset;
    },
  };
}

function forgetSpans(): void {
  known.clear();
  spansRead = 0;
}

function readSpan(start: Instant, read: (instant: Instant) => number): Span {
  const span = [{ from: start, offset: read(start) }];
  for (let sample = 1; sample <= SAMPLES; sample++) {
    let [low, high] = [start + ((sample - 1) * SPAN) / SAMPLES, start + (sample * SPAN) / SAMPLES];
    const [before, after] = [span.at(-1)?.offset, read(high)];
    if (after === before) continue;
    // Finds the second at which the clock changes.
    while (high - low > SECOND) {
      const middle = low + Math.floor((high - low) / 2 / SECOND) * SECOND;
      if (read(middle) === before) low = middle;
      else high = middle;
    }
    span.push({ from: high, offset: after });
  }
  return span;
}

function offsetFormat(name: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
  } catch {
    return null; // A RangeError: Intl does not know the zone.
  }
}

/** Reads `11/21/2026, GMT-05:00`, or `GMT` for a zone without an offset. */
function readOffset(text: string): number {
  const offset = text.slice(text.indexOf('GMT') + 'GMT'.length);
  const [hours = 0, minutes = 0, seconds = 0] = offset.slice(1).split(':').map(Number);
  return (hours * 3600 + minutes * 60 + seconds) * SECOND * (offset.startsWith('-') ? -1 : 1);
}

export const toWall = (instant: Instant, zone: TimeZone): WallTime => instant + zone.offsetAt(instant);

/**
 * Returns the instant of a wall time. When clocks are set back, a wall time occurs twice: the second one is returned.
 * When they are set forward, a skipped wall time has the offset from before the change: 02:30 becomes 03:30.
 * Source: pendulum 2, POST_TRANSITION.
 */
export function fromWall(wall: WallTime, zone: TimeZone): Instant {
  const { before, after } = offsetsAround(wall, zone);
  return zone.offsetAt(wall - after) === after ? wall - after : wall - before;
}

/** The same, but of a wall time that occurs twice the first one is returned. Source: RFC 5545, 3.3.5. */
export function firstFromWall(wall: WallTime, zone: TimeZone): Instant {
  const { before, after } = offsetsAround(wall, zone);
  if (zone.offsetAt(wall - before) === before) return wall - before;
  return zone.offsetAt(wall - after) === after ? wall - after : wall - before;
}

const offsetsAround = (wall: WallTime, zone: TimeZone) => ({
  before: zone.offsetAt(wall - DAY),
  after: zone.offsetAt(wall + DAY),
});

/** Returns the first instant of another offset, between two instants with different offsets. */
export function changeBetween(from: Instant, to: Instant, zone: TimeZone): Instant {
  const offset = zone.offsetAt(from);
  let [low, high] = [from, to];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (zone.offsetAt(middle) === offset) low = middle;
    else high = middle;
  }
  return high;
}

/** Adds a time. From 0 to less than a day it is elapsed time; any other follows the wall clock across clock changes. */
export function addTime(instant: Instant, time: number, zone: TimeZone): Instant {
  if (time >= 0 && time < DAY) return instant + time;
  return fromWall(toWall(instant, zone) + time, zone);
}
