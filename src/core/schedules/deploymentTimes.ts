import rrule, { type RRuleSet } from 'rrule';
import { refuse } from '../checks/checkText.ts';
import { formatInstant, type Instant, parseInstant } from '../values/instant.ts';
import type { ClockTimes } from './clock.ts';
import { cronClock } from './cronClock.ts';
import { cronPattern } from './cronPattern.ts';
import { intervalClock } from './intervalClock.ts';
import { recurrenceStrikes, ruleFrom } from './recurrenceStrikes.ts';
import { type TimeZone, timeZone, UTC } from './timeZone.ts';

// The package is CommonJS: Node finds no names in it.
const { rrulestr } = rrule;

/** When runs of a deployment are due, as it is kept. Intervals are in seconds; no time zone is UTC. */
export type DeploymentTimes =
  | { interval: number; anchorDate: string; timezone: string | null }
  | { cron: string; timezone: string | null; dayOr: boolean }
  | { rrule: string; timezone: string | null };

/** The same as it is asked for: exactly one of an interval, a cron text and a rule. */
export interface DeploymentTimesRequest {
  intervalSeconds?: number | null;
  /** Default: now. */
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
/** Dates of about a year. Prefect 3: validators.py, MAX_RRULE_LENGTH. */
export const MAX_RULE_CHARACTERS = 6500;
/** Where a rule begins that names no start. Prefect 3: schedules.py, DEFAULT_ANCHOR_DATE. */
const DEFAULT_RULE_START = new Date(Date.UTC(2020, 0, 1));

/** Checks what was asked for, and gives it as it is kept; throws BAD_USER_INPUT. */
export function deploymentTimes(field: string, request: DeploymentTimesRequest, now: Instant): DeploymentTimes {
  const { intervalSeconds = null, anchorDate = null, cron = null, dayOr = null, timezone = null } = request;
  const { rrule: rule = null } = request;
  const isOne = [intervalSeconds, cron, rule].filter((one) => one !== null).length === 1;
  if (anchorDate !== null && intervalSeconds === null) refuse(`${field}.anchorDate`, 'goes with intervalSeconds only.');
  if (dayOr !== null && cron === null) refuse(`${field}.dayOr`, 'goes with cron only.');
  if (timezone !== null && timeZone(timezone) === null)
    refuse(`${field}.timezone`, 'is no time zone that this server knows.');
  if (isOne && intervalSeconds !== null) {
    const interval = Math.round(intervalSeconds * SECOND) / SECOND;
    if (!(interval >= 1 && interval <= MAX_INTERVAL_SECONDS))
      refuse(`${field}.intervalSeconds`, 'must be between 1 second and 100 years.');
    return { interval, anchorDate: formatInstant(anchorDate ?? now), timezone };
  }
  if (isOne && cron !== null) {
    if (cronPattern(cron, dayOr ?? true) === null) refuse(`${field}.cron`, 'is no cron text.');
    return { cron, timezone, dayOr: dayOr ?? true };
  }
  if (isOne && rule !== null) {
    if (rule.length > MAX_RULE_CHARACTERS)
      refuse(`${field}.rrule`, `is too long: at most ${MAX_RULE_CHARACTERS} characters are taken.`);
    try {
      readRules(rule);
    } catch {
      refuse(`${field}.rrule`, 'is no rule of iCalendar (RFC 5545).');
    }
    return { rrule: rule, timezone };
  }
  return refuse(field, 'must have exactly one of intervalSeconds, cron and rrule.');
}

/** How many runs of a schedule are made ahead. Source: Prefect 3, settings of services/scheduler.py. */
export const AHEAD = { minRuns: 3, minTime: HOUR, maxRuns: 100, maxTime: 100 * DAY } as const;

/** The times after now for which runs are to be made: at least three and an hour's, at most a hundred and 100 days'. */
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
    // Less than a day is time that passes, whatever the clock on the wall shows.
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
  if (zone === null) throw new Error(`There is no time zone ${timezone}.`);
  return zone;
}

type RuleOptions = Parameters<typeof ruleFrom>[0];

const startOf = ({ dtstart }: RuleOptions): number => (dtstart ?? DEFAULT_RULE_START).getTime();

/**
 * The rules and dates of a text; throws where it cannot be read. Its times are those of the wall in the schedule's zone,
 * whatever zone the text names. Source: Prefect 3, schedules.py, RRuleSchedule.to_rrule.
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
