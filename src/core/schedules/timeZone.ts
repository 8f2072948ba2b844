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

/** Since 1937, zones have changed their clocks only at multiples of 15 minutes. */
const QUARTER = 900 * SECOND;

/** Returns a zone by its IANA name or a fixed offset such as `+02:00`; null if the name is unknown. */
export function timeZone(name: string): TimeZone | null {
  if (name === 'UTC') return UTC;
  const [, sign, hours = '', minutes = ''] = /^([+-])(\d\d):?(\d\d)$/.exec(name) ?? [];
  if (sign) {
    const offset = (Number(hours) * 60 + Number(minutes)) * 60 * SECOND * (sign === '-' ? -1 : 1);
    return { name, offsetAt: () => offset };
  }
  const format = offsetFormat(name);
  if (!format) return null;
  // A lookup takes microseconds, and a schedule with filters may need thousands. So offsets are cached.
  const known = new Map<number, number>();
  return {
    name,
    offsetAt(instant) {
      const quarter = Math.floor(instant / QUARTER);
      let offset = known.get(quarter);
      if (offset === undefined) {
        offset = readOffset(format.format(quarter * (QUARTER / 1000)));
        known.set(quarter, offset);
      }
      return offset;
    },
  };
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
  const before = zone.offsetAt(wall - DAY);
  const after = zone.offsetAt(wall + DAY);
  return zone.offsetAt(wall - after) === after ? wall - after : wall - before;
}

/** Adds a time. From 0 to less than a day it is elapsed time; any other follows the wall clock across clock changes. */
export function addTime(instant: Instant, time: number, zone: TimeZone): Instant {
  if (time >= 0 && time < DAY) return instant + time;
  return fromWall(toWall(instant, zone) + time, zone);
}
