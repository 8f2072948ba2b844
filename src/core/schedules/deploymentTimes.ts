import { refuse } from '../checks/checkText.ts';
import { readRecurrence, type WrittenRecurrence } from '../recurrences/recurrenceText.ts';
import { formatInstant, type Instant, parseInstant } from '../values/instant.ts';
import { countSteps, takeWithinSteps } from '../values/steps.ts';
import type { ClockTimes } from './clock.ts';
import { cronClock } from './cronClock.ts';
import { type CronPattern, cronPattern } from './cronPattern.ts';
import { intervalClock } from './intervalClock.ts';
import { reasonOf } from './reasonOf.ts';
import { instantOf, type Recurrence, recurrenceStrikes, zonedRule } from './recurrenceStrikes.ts';
import { fromWall, type TimeZone, timeZone, timeZoneOrOffset, UTC, type WallTime } from './timeZone.ts';

/** When runs of a deployment are due, as stored. Intervals are in seconds. The time zone defaults to UTC. */
export type DeploymentTimes =
  | { interval: number; anchorDate: string; timezone: string | null }
  | { cron: string; timezone: string | null; dayOr: boolean }
  | { rrule: string; timezone: string | null };

/** A time, or a wall time in the zone of the schedule. */
export type Anchor = Instant | { wall: WallTime };

/** The same in a request: exactly one of an interval, a cron expression and a recurrence rule. */
export interface DeploymentTimesRequest {
  intervalSeconds?: number | null;
  /** Defaults to now. */
  anchorDate?: Anchor | null;
  cron?: string | null;
  dayOr?: boolean | null;
  rrule?: string | null;
  timezone?: string | null;
}

const SECOND = 1_000_000;
const HOUR = 3600 * SECOND;
const DAY = 24 * HOUR;
/** A hundred years. */
export const MAX_INTERVAL_SECONDS = 3_155_760_000;
/** The default start of a rule. Prefect 3: schedules.py, DEFAULT_ANCHOR_DATE. */
const DEFAULT_RULE_START = Date.UTC(2020, 0, 1) * 1000;

/** Checks a request and returns it in its stored form; throws BAD_USER_INPUT. */
export function deploymentTimes(field: string, request: DeploymentTimesRequest, now: Instant): DeploymentTimes {
  const times = storedTimes(field, request, now);
  if (nextTime(times, now) === null)
    refuse(field, 'has no time in the future, or none that can be found in a reasonable number of steps.');
  return times;
}

function storedTimes(field: string, request: DeploymentTimesRequest, now: Instant): DeploymentTimes {
  const { intervalSeconds = null, anchorDate = null, cron = null, dayOr = null, timezone = null } = request;
  const { rrule: rule = null } = request;
  const isOne = [intervalSeconds, cron, rule].filter((one) => one !== null).length === 1;
  if (anchorDate !== null && intervalSeconds === null) refuse(`${field}.anchorDate`, 'requires `intervalSeconds`.');
  if (dayOr !== null && cron === null) refuse(`${field}.dayOr`, 'requires `cron`.');
  const zone = timezone === null ? UTC : timeZone(timezone);
  if (zone === null) return refuse(`${field}.timezone`, 'must be a known IANA time zone such as `Europe/Berlin`.');
  if (isOne && intervalSeconds !== null) {
    const interval = Math.round(intervalSeconds * SECOND) / SECOND;
    if (!(interval >= 1 && interval <= MAX_INTERVAL_SECONDS))
      refuse(`${field}.intervalSeconds`, 'must be between 1 second and 100 years.');
    return { interval, anchorDate: formatInstant(anchorOf(anchorDate, zone) ?? now), timezone };
  }
  if (isOne && cron !== null) {
    if (patternOf(cron, dayOr ?? true) === null) refuse(`${field}.cron`, 'must be a valid cron expression.');
    return { cron, timezone, dayOr: dayOr ?? true };
  }
  if (isOne && rule !== null) return storedRule(field, rule, timezone);
  return refuse(field, 'must have exactly one of `intervalSeconds`, `cron` and `rrule`.');
}

/** A time without an offset is in the zone of the schedule. */
const anchorOf = (anchorDate: Anchor | null, zone: TimeZone): Instant | null =>
  typeof anchorDate === 'object' && anchorDate !== null ? fromWall(anchorDate.wall, zone) : anchorDate;

function storedRule(field: string, rule: string, timezone: string | null): DeploymentTimes {
  try {
    const written = readRecurrence(rule);
    const own = written.start !== null && 'wall' in written.start ? written.start.zone : null;
    // The rule recurs in one zone: either names it, and both must not name different ones.
    if (own !== null && timezone !== null && own !== timezone)
      throw new Error(`DTSTART is in ${own} and the schedule in ${timezone}`);
    const times = { rrule: rule, timezone: timezone ?? own };
    recurrenceOf(written, zoneOf(times));
    return times;
  } catch (error) {
    // Problems of the text, which have no code of their own.
    const reason = reasonOf(error);
    return refuse(`${field}.rrule`, `must be a valid iCalendar recurrence rule (RFC 5545): ${reason}.`);
  }
}

/** How many runs of a schedule are created ahead. Source: Prefect 3, settings of services/scheduler.py. */
export const AHEAD = { minRuns: 3, minTime: HOUR, maxRuns: 100, maxTime: 100 * DAY } as const;
/** A few milliseconds: the scheduler looks at many schedules in each round. */
const MAX_STEPS = 20_000;

/**
 * Returns the next times to create runs for: at least 3, and all within the next hour; at most 100, and none after 100
 * days.
 */
export function dueTimes(times: DeploymentTimes, now: Instant, maxRuns: number | null): Instant[] {
  const most = Math.min(maxRuns ?? AHEAD.maxRuns, AHEAD.maxRuns);
  const strikes = clockOf(times)(now, countSteps(MAX_STEPS));
  return takeWithinSteps(strikes, (taken, { instant }) => {
    const isLater = instant >= now + AHEAD.minTime;
    return taken.length >= most || (taken.length >= AHEAD.minRuns && isLater) || instant > now + AHEAD.maxTime;
  })
    .map(({ instant }) => instant)
    .filter((instant) => instant <= now + AHEAD.maxTime);
}

/** Returns the first times after an instant: at most `count`, and fewer if no more can be found. */
export const timesAfter = (times: DeploymentTimes, after: Instant, count: number): Instant[] =>
  takeWithinSteps(clockOf(times)(after, countSteps(MAX_STEPS)), ({ length }) => length >= count).map(
    ({ instant }) => instant,
  );

/** Returns the first time after an instant; null if there is none, or none that can be found. */
export const nextTime = (times: DeploymentTimes, now: Instant): Instant | null => timesAfter(times, now, 1)[0] ?? null;

function clockOf(times: DeploymentTimes): ClockTimes {
  const zone = zoneOf(times);
  if ('interval' in times) {
    const interval = times.interval * SECOND;
    const instant = parseInstant(times.anchorDate);
    if (instant === null) throw new Error(`Invalid anchor date: ${times.anchorDate}`);
    // An interval of less than a day counts elapsed time, regardless of the wall clock.
    return intervalClock(interval, { instant, zone: interval < DAY ? UTC : zone });
  }
  if ('cron' in times) {
    const pattern = patternOf(times.cron, times.dayOr);
    if (pattern === null) throw new Error(`Invalid cron string: ${times.cron}`);
    return cronClock(pattern, zone);
  }
  return recurrenceStrikes(recurrenceOf(readRecurrence(times.rrule), zone), zone);
}

const patternOf = (cron: string, dayOr: boolean): CronPattern | null => cronPattern(cron, { dayOr, isPrefect1: false });

/** Earlier releases stored offsets, too. */
function zoneOf({ timezone }: DeploymentTimes): TimeZone {
  const zone = timeZoneOrOffset(timezone ?? 'UTC');
  if (zone === null) throw new Error(`Unknown time zone: ${timezone}`);
  return zone;
}

function recurrenceOf({ start, ...written }: WrittenRecurrence, zone: TimeZone): Recurrence {
  if (written.rules.length + written.dates.length === 0) throw new Error('there is neither a rule nor a date');
  const from = instantOf(start ?? { wall: DEFAULT_RULE_START, zone: null }, zone);
  return {
    rules: written.rules.map((rule) => zonedRule(rule, from, zone)),
    dates: written.dates.map((date) => instantOf(date, zone)),
    exceptRules: written.exceptRules.map((rule) => zonedRule(rule, from, zone)),
    exceptDates: written.exceptDates.map((date) => instantOf(date, zone)),
  };
}
