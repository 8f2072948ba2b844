import { refuse } from '../checks/checkText.ts';
import { pythonRepr } from '../prefect1/pythonText.ts';
import type { Instant } from '../values/instant.ts';
import { formatInstant } from '../values/instant.ts';
import type { Json, JsonObject } from '../values/jsonObject.ts';
import { Problem } from '../values/problem.ts';
import { readClock } from './schedule.ts';
import { checkSchedule } from './scheduledRuns.ts';
import { MAX_ENTRIES } from './scheduleValues.ts';
import { timeZone, toWall } from './timeZone.ts';

export interface GroupSchedule {
  cronClocks: { cron: string; parameterDefaults: Json }[];
  intervalClocks: { intervalSeconds: number; parameterDefaults: Json }[];
  timezone: string | null;
}

/**
 * Returns the schedule of a flow group as Prefect 1 stores it. Throws BAD_USER_INPUT for an invalid clock or time zone,
 * with Prefect's message. Source: prefect_server, graphql/flow_groups.py and api/flow_groups.py,
 * set_flow_group_schedule.
 */
export function groupSchedule({ cronClocks, intervalClocks, timezone }: GroupSchedule, now: Instant): JsonObject {
  if (cronClocks.length + intervalClocks.length > MAX_ENTRIES.clocks)
    refuse('schedule', `may have at most ${MAX_ENTRIES.clocks} clocks.`);
  const startDate = startIn(timezone, now);
  const clocks = [
    ...cronClocks.map(({ cron, parameterDefaults }) => clock({ type: 'CronClock', cron }, parameterDefaults)),
    ...intervalClocks.map(({ intervalSeconds, parameterDefaults }) =>
      clock({ type: 'IntervalClock', interval: intervalSeconds * 1_000_000 }, parameterDefaults),
    ),
  ].map((one): JsonObject => ({ ...one, start_date: startDate }));
  for (const one of clocks) check(one);
  const schedule = { type: 'Schedule', clocks };
  checkSchedule('schedule', schedule, now);
  return schedule;
}

const clock = (times: JsonObject, defaults: Json): JsonObject =>
  defaults ? { ...times, parameter_defaults: defaults } : times;

function check(clock: JsonObject): void {
  try {
    readClock(clock);
  } catch {
    throw new Problem('BAD_USER_INPUT', `Invalid clock provided for schedule: ${pythonRepr(clock)}`);
  }
}

function startIn(name: string | null, now: Instant): JsonObject | null {
  if (!name) return null;
  const zone = timeZone(name);
  if (zone === null) throw new Problem('BAD_USER_INPUT', `Invalid timezone provided for schedule: ${name}`);
  return { dt: formatInstant(toWall(now, zone)).replace(/Z$/, ''), tz: name };
}
