import { pythonJson, pythonRepr } from '../prefect1/pythonText.ts';
import { formatInstant, type Instant } from '../values/instant.ts';
import { isJsonObject, type Json, type JsonObject } from '../values/jsonObject.ts';
import type { ScheduledEvent } from './clock.ts';
import { nextEvents, readSchedule } from './schedule.ts';

/** How many runs of a flow wait for their time. */
const AHEAD = 10;

/** What of a flow says when it is to run. */
export interface FlowSchedule {
  /** The flow's own. */
  schedule: JsonObject | null;
  /** The flow group's, which goes before it. */
  groupSchedule: JsonObject | null;
  /** The latest start of those runs that the schedule has made so far. */
  lastStart: Instant | null;
}

export interface ScheduledRun {
  scheduledStartTime: Instant;
  parameters: JsonObject;
  labels: string[] | null;
  /** The same for the same event, whichever server is faster. */
  idempotencyKey: string;
}

/** The schedule that counts; null where there is none. */
export const scheduleOf = ({ schedule, groupSchedule }: Omit<FlowSchedule, 'lastStart'>): JsonObject | null =>
  isFilled(groupSchedule) ? groupSchedule : isFilled(schedule) ? schedule : null;

const isFilled = (json: JsonObject | null) => json !== null && Object.keys(json).length > 0;

/**
 * The runs that a flow's schedule wants made: its next ten events, without those that were made before. Throws an Error
 * where the schedule cannot be read. Source: prefect_server, api/flows.py, schedule_flow_runs.
 * @param md5 the MD5 sum of a text, hexadecimal
 */
export function scheduledRuns(flow: FlowSchedule, now: Instant, md5: (text: string) => string): ScheduledRun[] {
  const schedule = scheduleOf(flow);
  if (schedule === null) return [];
  const last = flow.lastStart ?? now;
  return nextEvents(readSchedule(schedule), now, AHEAD)
    .filter((event) => isSpecial(event) || event.instant > last)
    .map((event) => ({
      scheduledStartTime: event.instant,
      parameters: event.parameterDefaults,
      labels: event.labels,
      idempotencyKey: keyOf(event, md5),
    }));
}

/** Of several clocks that strike at once, each may ask for a run of its own. */
const isSpecial = ({ parameterDefaults, labels }: ScheduledEvent) => labels !== null || isFilled(parameterDefaults);

// As the old server made its keys, so that a database that was moved over knows the runs it has.
function keyOf(event: ScheduledEvent, md5: (text: string) => string): string {
  const key = `auto-scheduled:${formatInstant(event.instant).replace(/(\.000000)?Z$/, '+00:00')}`;
  if (!isSpecial(event)) return key;
  return `${key}:${md5(sortedCharacters(event.parameterDefaults) + sortedCharacters(event.labels))}`;
}

/** `str(sorted(json.dumps(value)))` */
const sortedCharacters = (value: Json) => pythonRepr([...pythonJson(value)].sort());

/**
 * Whether runs of a schedule would lack a parameter: one that is required, and that neither the group nor every clock of
 * the flow's own schedule gives.
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
