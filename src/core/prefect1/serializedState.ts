import { storableJson } from '../checks/checkJson.ts';
import { storable } from '../checks/checkText.ts';
import type { PlainState, Prefect1State, ProposedState, SerializedState } from '../runs/state.ts';
import { ExactNumber } from '../values/exactNumber.ts';
import { formatInstant, type Instant, parseInstant } from '../values/instant.ts';
import { isJsonObject, type Json, type JsonObject } from '../values/jsonObject.ts';
import { Problem } from '../values/problem.ts';
import { writeJson } from '../values/writeJson.ts';
import { isPrefect1State, toPrefect1 } from './prefect1States.ts';

// States as Prefect 1 clients write and read them. Source: Prefect 1, serialization/state.py.

type Default = (now: Instant) => Json;
const NOW: Default = (now) => prefect1Time(now);
const NOTHING: Default = () => null;
const ONE: Default = () => 1;

/** The keys of a class in addition to the common ones, with the defaults of missing keys. */
const OWN_KEYS: Partial<Record<Prefect1State, { [key: string]: Default }>> = {
  Scheduled: { start_time: NOW },
  // Null: the run is paused until it is resumed.
  Paused: { start_time: NOTHING },
  Resume: { start_time: NOW },
  Retrying: { start_time: NOW, run_count: ONE },
  Queued: { start_time: NOW, state: NOTHING },
  Submitted: { state: NOTHING },
  ClientFailed: { state: NOTHING },
  Looped: { loop_count: ONE },
  Cached: { hashed_inputs: NOTHING, cached_parameters: NOTHING, cached_result_expiration: NOTHING },
  Mapped: { n_map_states: NOTHING },
};

/** Python's isoformat in UTC. Clients compare these times as strings, so all must have this format. */
export const prefect1Time = (instant: Instant): string => formatInstant(instant).replace(/(\.000000)?Z$/, '+00:00');

/** Serializes a native state so that a Prefect 1 client can load it. */
export function serializeState(state: PlainState): SerializedState {
  const { scheduledTime } = state.details;
  const given = { message: state.message, ...(scheduledTime !== null && { start_time: prefect1Time(scheduledTime) }) };
  return complete(toPrefect1(state), given, state.timestamp);
}

/** Adds the serialized state for a run that Prefect 1 clients know, unless one of them sent it. */
export const readableToPrefect1 = (known: boolean, state: ProposedState): ProposedState =>
  known ? { ...state, prefect1: state.prefect1 ?? serializeState(state) } : state;

/**
 * Parses a state that a Prefect 1 client sent: unchanged, except that keys which clients expect are added. Throws
 * BAD_USER_INPUT, with the message of Prefect Server, for a state that no client could load.
 * @param now the start time if the client left it to the server
 */
export function normaliseState(sent: Json, now: Instant): SerializedState {
  if (!isJsonObject(sent))
    throw refused(`{'_schema': 'Invalid data type: ${typeof sent === 'string' ? sent : writeJson(sent)}'}`);
  const { type, ...given } = sent;
  if (type === undefined) throw refused("{'type': ['Missing data for required field.']}");
  if (typeof type !== 'string' || !isPrefect1State(type))
    throw refused(
      `{'type': ['Unsupported value: ${typeof type === 'string' ? type.slice(0, 100) : writeJson(type)}']}`,
    );
  const { message, ...rest } = given;
  storableJson('state', rest);
  if (message !== undefined && message !== null && typeof message !== 'string')
    throw refused("{'message': ['Not a valid string.']}");
  if (given.loop_count === null && type === 'Looped') throw refused("{'loop_count': ['Field may not be null.']}");
  // The output of a failing program may contain any characters.
  return complete(type, typeof message === 'string' ? { ...given, message: storable(message) } : given, now);
}

function complete(className: Prefect1State, given: JsonObject, now: Instant): SerializedState {
  const own = OWN_KEYS[className] ?? {};
  const state: JsonObject = {
    type: className,
    message: null,
    context: {},
    cached_inputs: {},
    ...given,
  };
  // Clients accept a missing result, but fail on null. A mapped task has no result.
  if (className === 'Mapped') delete state._result;
  else state._result ??= { type: 'NoResultType' };
  for (const [key, value] of Object.entries(own)) state[key] ??= value(now);
  // For a class with a nested state: null or the state.
  if ('state' in own && state.state != null) state.state = normaliseState(state.state, now).serialized;
  if (!('start_time' in own)) return { className, serialized: state, startTime: null };
  const startTime = readTime(state.start_time ?? null);
  return {
    className,
    serialized: { ...state, start_time: startTime === null ? null : prefect1Time(startTime) },
    startTime,
  };
}

function readTime(text: Json): Instant | null {
  if (text === null) return null;
  const instant = typeof text === 'string' ? parseInstant(text) : null;
  if (instant === null) throw refused("{'start_time': ['Not a valid datetime.']}");
  return instant;
}

/** Copies the cached inputs of the state before, unless the state has its own. */
export function withCachedInputs(state: SerializedState, before: SerializedState): SerializedState {
  const carried = before.serialized.cached_inputs;
  if (!isFilled(carried) || isFilled(state.serialized.cached_inputs)) return state;
  return { ...state, serialized: { ...state.serialized, cached_inputs: carried } };
}

const isFilled = (value: Json | undefined): value is JsonObject => isJsonObject(value) && Object.keys(value).length > 0;

/** Prefect Server limits `sys.getsizeof(json.dumps(state))`: in Python 3 the length of an ASCII string plus 49. */
const MAX_PYTHON_JSON = 1_000_000 - 49;

/** Whether a state is larger than Prefect Server accepts. */
export const isTooLarge = (sent: Json): boolean => pythonJsonLength(sent) > MAX_PYTHON_JSON;

/** Returns the length of JSON in Python's format: a blank after each comma and colon, and ASCII only. */
export function pythonJsonLength(value: Json): number {
  const text = writeJson(value);
  let length = text.length + blanks(value);
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) > 126) length += 5;
  return length;
}

function blanks(value: Json): number {
  if (typeof value !== 'object' || value === null || value instanceof ExactNumber) return 0;
  const parts = Object.values(value);
  const between = Math.max(parts.length - 1, 0) + (Array.isArray(value) ? 0 : parts.length);
  return parts.reduce((sum: number, part) => sum + blanks(part), between);
}

const refused = (text: string) => new Problem('BAD_USER_INPUT', text);
