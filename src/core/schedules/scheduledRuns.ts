import { refuse } from '../checks/checkText.ts';
import { pythonJson, pythonRepr } from '../prefect1/pythonText.ts';
import { formatInstant, type Instant } from '../values/instant.ts';
import { isJsonObject, type Json, type JsonObject } from '../values/jsonObject.ts';
import type { ScheduledEvent } from './clock.ts';
import { reasonOf } from './reasonOf.ts';
import { nextEvents, readSchedule } from './schedule.ts';

/** The number of runs of a flow that are created ahead. */
const AHEAD = 10;

/** The schedules of a flow. */
export interface FlowSchedule {
  /** The schedule of the flow itself. */
  schedule: JsonObject | null;
  /** The schedule of the flow group, which takes precedence. */
  groupSchedule: JsonObject | null;
  /** The latest scheduled start of the runs created so far. */
  lastStart: Instant | null;
}

export interface ScheduledRun {
  scheduledStartTime: Instant;
  parameters: JsonObject;
  labels: string[] | null;
  /** Equal for the same event on every server, so that only one of them creates the run. */
  idempotencyKey: string;
}

/** Returns the effective schedule; null if there is none. */
export const scheduleOf = ({ schedule, groupSchedule }: Omit<FlowSchedule, 'lastStart'>): JsonObject | null =>
  isFilled(groupSchedule) ? groupSchedule : isFilled(schedule) ? schedule : null;

const isFilled = (json: JsonObject | null) => json !== null && Object.keys(json).length > 0;

/**
 * Returns the runs to create for a flow: the next ten events of its schedule, except those created before; null if the
 * schedule has no event in the future. Throws an Error if the schedule is invalid. Source: prefect_server, api/flows.py, schedule_flow_runs.
 * @param md5 returns the MD5 hash of a string in hexadecimal
 */
export function scheduledRuns(flow: FlowSchedule, now: Instant, md5: (text: string) => string): ScheduledRun[] | null {
  const schedule = scheduleOf(flow);
  if (schedule === null) return [];
  const last = flow.lastStart ?? now;
  const events = nextEvents(readSchedule(schedule), now, AHEAD);
  if (events.length === 0) return null;
  // Sorting the characters of large parameters takes milliseconds, and the events of a clock share them.
  const hashes = new Map<JsonObject, string>();
  const hashOf = (event: ScheduledEvent) => {
    const hash = hashes.get(event.parameterDefaults) ?? hashOfSettings(event, md5);
    hashes.set(event.parameterDefaults, hash);
    return hash;
  };
  return events
    .filter((event) => isSpecial(event) || event.instant > last)
    .map((event) => ({
      scheduledStartTime: event.instant,
      parameters: event.parameterDefaults,
      labels: event.labels,
      idempotencyKey: keyOf(event, hashOf),
    }));
}

/**
 * Checks a schedule before it is stored; throws BAD_USER_INPUT. One without clocks is no schedule: it is never looked at.
 */
export function checkSchedule(field: string, schedule: JsonObject | null, now: Instant): void {
  if (schedule === null || !isFilled(schedule) || (Array.isArray(schedule.clocks) && schedule.clocks.length === 0))
    return;
  if (nextOf(field, schedule, now) === null)
    refuse(field, 'has no time in the future, or none that can be found in a reasonable number of steps.');
}

function nextOf(field: string, schedule: JsonObject, now: Instant): ScheduledEvent | null {
  try {
    return nextEvents(readSchedule(schedule), now, 1)[0] ?? null;
  } catch (error) {
    return refuse(field, `is not a valid schedule: ${reasonOf(error)}`);
  }
}

/** Clocks with parameters or labels each get a run of their own, even if they strike at the same time. */
const isSpecial = ({ parameterDefaults, labels }: ScheduledEvent) => labels !== null || isFilled(parameterDefaults);

// The same keys as on Prefect Server, so that a migrated database does not create its runs again.
function keyOf(event: ScheduledEvent, hashOf: (event: ScheduledEvent) => string): string {
  const key = `auto-scheduled:${formatInstant(event.instant).replace(/(\.000000)?Z$/, '+00:00')}`;
  return isSpecial(event) ? `${key}:${hashOf(event)}` : key;
}

const hashOfSettings = ({ parameterDefaults, labels }: ScheduledEvent, md5: (text: string) => string) =>
  md5(sortedCharacters(parameterDefaults) + sortedCharacters(labels));

/** `str(sorted(json.dumps(value)))` */
const sortedCharacters = (value: Json) => pythonRepr([...pythonJson(value)].sort());

/**
 * Whether scheduled runs would lack a required parameter: one that is missing both in the group and in at least one
 * clock of the flow's own schedule.
 */
export function lacksParameters(flow: {
  schedule: JsonObject | null;
  parameters: Json;
  groupParameters: JsonObject;
}): boolean {
  if (flow.schedule === null || !isFilled(flow.schedule)) return false;
  const missing = objects(flow.parameters).filter(
    ({ name, required }) => required === true && typeof name === 'string' && !Object.hasOwn(flow.groupParameters, name),
  );
  return objects(flow.schedule.clocks ?? null).some(({ parameter_defaults: defaults }) =>
    missing.some(({ name }) => !isJsonObject(defaults) || !Object.hasOwn(defaults, String(name))),
  );
}

const objects = (json: Json): JsonObject[] => (Array.isArray(json) ? json.filter(isJsonObject) : []);
