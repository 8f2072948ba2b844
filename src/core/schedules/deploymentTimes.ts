import rrule, { type RRuleSet } from 'rrule';
import { refuse } from '../checks/checkText.ts';
import { formatInstant, type Instant, parseInstant } from '../values/instant.ts';
import type { ClockTimes } from './clock.ts';
import { cronClock } from './cronClock.ts';
import { cronPattern } from './cronPattern.ts';
import { intervalClock } from './intervalClock.ts';
import { recurrenceStrikes, ruleFrom } from './recurrenceStrikes.ts';
import { type TimeZone, timeZone, UTC } from './timeZone.ts';

// The package is CommonJS: Node cannot import its names.
const { rrulestr } = rrule;

/** When runs of a deployment are due, as stored. Intervals are in seconds. The time zone defaults to UTC. */
export type DeploymentTimes =
  | { interval: number; anchorDate: string; timezone: string | null }
  | { cron: string; timezone: string | null; dayOr: boolean }
  | { rrule: string; timezone: string | null };

/** The same in a request: exactly one of an interval, a cron expression and a recurrence rule. */
export interface DeploymentTimesRequest {
  intervalSeconds?: number | null;
  /** Defaults to now. */
  anchorDate?: Instant | null;
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
/** Enough for about a year of dates. Prefect 3: validators.py, MAX_RRULE_LENGTH. */
export const MAX_RULE_CHARACTERS = 6500;
/** The default start of a rule. Prefect 3: schedules.py, DEFAULT_ANCHOR_DATE. */
const DEFAULT_RULE_START = new Date(Date.UTC(2020, 0, 1));

/** Checks a request and returns it in its stored form; throws BAD_USER_INPUT. */
export function deploymentTimes(field: string, request: DeploymentTimesRequest, now: Instant): DeploymentTimes {
  const { intervalSeconds = null, anchorDate = null, cron = null, dayOr = null, timezone = null } = request;
  const { rrule: rule = null } = request;
  const isOne = [intervalSeconds, cron, rule].filter((one) => one !== null).length === 1;
  if (anchorDate !== null && intervalSeconds === null) refuse(`${field}.anchorDate`, 'requires `intervalSeconds`.');
  if (dayOr !== null && cron === null) refuse(`${field}.dayOr`, 'requires `cron`.');
  if (timezone !== null && timeZone(timezone) === null)
    refuse(`${field}.timezone`, 'must be a known IANA time zone or an offset such as `+02:00`.');
  if (isOne && intervalSeconds !== null) {
    const interval = Math.round(intervalSeconds * SECOND) / SECOND;
    if (!(interval >= 1 && interval <= MAX_INTERVAL_SECONDS))
      refuse(`${field}.intervalSeconds`, 'must be between 1 second and 100 years.');
    return { interval, anchorDate: formatInstant(anchorDate ?? now), timezone };
  }
  if (isOne && cron !== null) {
    if (cronPattern(cron, dayOr ?? true) === null) refuse(`${field}.cron`, 'must be a valid cron expression.');
    return { cron, timezone, dayOr: dayOr ?? true };
  }
  if (isOne && rule !== null) {
    if (rule.length > MAX_RULE_CHARACTERS)
      refuse(`${field}.rrule`, `must have at most ${MAX_RULE_CHARACTERS} characters.`);
    try {
      readRules(rule);
    } catch {
      refuse(`${field}.rrule`, 'must be a valid iCalendar recurrence rule (RFC 5545).');
    }
    return { rrule: rule, timezone };
  }
  return refuse(field, 'must have exactly one of `intervalSeconds`, `cron` and `rrule`.');
}

/** How many runs of a schedule are created ahead. Source: Prefect 3, settings of services/scheduler.py. */
export const AHEAD = { minRuns: 3, minTime: HOUR, maxRuns: 100, maxTime: 100 * DAY } as const;

/**
 * Returns the next times to create runs for: at least 3, and all within the next hour; at most 100, and none after 100
 * days.
 */
export function dueTimes(times: DeploymentTimes, now: Instant, maxRuns: number | null): Instant[] {
  const most = Math.min(maxRuns ?? AHEAD.maxRuns, AHEAD.maxRuns);
  const due: Instant[] = [];
  for (const { instant } of clockOf(times)(now)) {
    if (instant > now + AHEAD.maxTime) break;
    due.push(instant);
    if (due.length >= most || (due.length >= AHEAD.minRuns && instant >= now + AHEAD.minTime)) break;
  }
  return due;
}

function clockOf(times: DeploymentTimes): ClockTimes {
  const zone = zoneOf(times);
  if ('interval' in times) {
    const interval = times.interval * SECOND;
    const instant = parseInstant(times.anchorDate);
    if (instant === null) throw new Error(`Invalid anchor date: ${times.anchorDate}`);
    // An interval of less than a day counts elapsed time, regardless of the wall clock.
    return intervalClock(interval, { instant, zone: interval < DAY ? UTC : zone }, null);
  }
  if ('cron' in times) {
    const pattern = cronPattern(times.cron, times.dayOr);
    if (pattern === null) throw new Error(`Invalid cron string: ${times.cron}`);
    return (after) => cronClock(pattern, { instant: after, zone }, null)(after);
  }
  const { rules, exceptRules, ...dates } = readRules(times.rrule);
  return recurrenceStrikes(
    (fromMs) => ({
      rules: rules.map((rule) => ruleFrom(rule, startOf(rule), fromMs)),
      exceptRules: exceptRules.map((rule) => ruleFrom(rule, startOf(rule), fromMs)),
      ...dates,
    }),
    zone,
  );
}

function zoneOf({ timezone }: DeploymentTimes): TimeZone {
  const zone = timeZone(timezone ?? 'UTC');
  if (zone === null) throw new Error(`Unknown time zone: ${timezone}`);
  return zone;
}

type RuleOptions = Parameters<typeof ruleFrom>[0];

const startOf = ({ dtstart }: RuleOptions): number => (dtstart ?? DEFAULT_RULE_START).getTime();

/**
 * Parses the rules and dates of a recurrence; throws if it is invalid. All times are wall times in the zone of the
 * schedule, even if the rule names another zone. Source: Prefect 3, schedules.py, RRuleSchedule.to_rrule.
 */
function readRules(text: string) {
  const set = rrulestr(text.replaceAll(/;TZID=[^:;=]+/gi, ''), { forceset: true }) as RRuleSet; // As `forceset` asks.
  const options = (rules: { origOptions: RuleOptions }[]) => rules.map(({ origOptions }) => origOptions);
  const wall = (dates: Date[]) => dates.map((date) => date.getTime());
  const [rules, dates] = [options(set._rrule), wall(set._rdate)];
  if (rules.length + dates.length === 0) throw new Error('There is neither a rule nor a date.');
  if (rules.some(({ freq }) => typeof freq !== 'number')) throw new Error('A rule has no frequency.');
  return { rules, dates, exceptRules: options(set._exrule), exceptDates: wall(set._exdate) };
}
