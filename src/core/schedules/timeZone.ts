import type { Instant } from '../values/instant.ts';

const SECOND = 1_000_000;
const DAY = 86_400 * SECOND;

/** What a clock on the wall shows, as the instant at which a clock in UTC shows the same. */
export type WallTime = number;

export interface TimeZone {
  name: string;
  /** What is to be added to an instant to get its wall time here, in microseconds. */
  offsetAt(instant: Instant): number;
}

export const UTC: TimeZone = { name: 'UTC', offsetAt: () => 0 };

/** No zone has changed its clocks at another moment than on a quarter of an hour since 1937. */
const QUARTER = 900 * SECOND;

/** A zone by its IANA name, or a fixed offset such as `+02:00`; null where there is none of that name. */
export function timeZone(name: string): TimeZone | null {
  if (name === 'UTC') return UTC;
  const [, sign, hours = '', minutes = ''] = /^([+-])(\d\d):?(\d\d)$/.exec(name) ?? [];
  if (sign) {
    const offset = (Number(hours) * 60 + Number(minutes)) * 60 * SECOND * (sign === '-' ? -1 : 1);
    return { name, offsetAt: () => offset };
  }
  const format = offsetFormat(name);
  if (!format) return null;
  // To ask takes microseconds, and a schedule that looks for one event in thousands asks for each.
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
    return null; // a RangeError: Intl has no other way to say that it does not know the zone
  }
}

/** `11/21/2026, GMT-05:00`; in a zone that is at UTC, `GMT`. */
function readOffset(text: string): number {
  const offset = text.slice(text.indexOf('GMT') + 'GMT'.length);
  const [hours = 0, minutes = 0, seconds = 0] = offset.slice(1).split(':').map(Number);
  return (hours * 3600 + minutes * 60 + seconds) * SECOND * (offset.startsWith('-') ? -1 : 1);
}

export const toWall = (instant: Instant, zone: TimeZone): WallTime => instant + zone.offsetAt(instant);

/**
 * The instant of a wall time. Where the clocks are put back a wall time comes twice, and the second one is meant; where they
 * are put forward it does not come at all, and it is read by the old clock: half past two is then half past three.
 * Source: pendulum 2, POST_TRANSITION.
 */
export function fromWall(wall: WallTime, zone: TimeZone): Instant {
  const before = zone.offsetAt(wall - DAY);
  const after = zone.offsetAt(wall + DAY);
  return zone.offsetAt(wall - after) === after ? wall - after : wall - before;
}

/** Whole days are days of the calendar, on which the clocks may be put; less than a day is time that passes. */
export function addTime(instant: Instant, time: number, zone: TimeZone): Instant {
  if (time >= 0 && time < DAY) return instant + time;
  return fromWall(toWall(instant, zone) + time, zone);
}
