import { storable } from '../checks/checkText.ts';
import type { PlainState, Prefect1State, ProposedState, SerializedState } from '../runs/state.ts';
import { formatInstant, type Instant, parseInstant } from '../values/instant.ts';
import { isJsonObject, type Json, type JsonObject } from '../values/jsonObject.ts';
import { LIMITS } from '../values/limits.ts';
import { Problem } from '../values/problem.ts';
import { isPrefect1State, toPrefect1 } from './prefect1States.ts';

// States as Prefect 1 clients write and read them. Source: Prefect 1, serialization/state.py.

type Default = (now: Instant) => Json;
const NOW: Default = (now) => prefect1Time(now);
const NOTHING: Default = () => null;
const ONE: Default = () => 1;

/** What a class has beside the keys that all have, with what a reader of the class takes a missing key for. */
const OWN_KEYS: Partial<Record<Prefect1State, { [key: string]: Default }>> = {
  Scheduled: { start_time: NOW },
  // Null: until somebody resumes it.
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

/** Python's isoformat in UTC. The client compares such times as texts, so all have this one form. */
export const prefect1Time = (instant: Instant): string => formatInstant(instant).replace(/(\.000000)?Z$/, '+00:00');

/** A state of ours as a Prefect 1 client can load it. */
export function serializeState(state: PlainState): SerializedState {
  const { scheduledTime } = state.details;
  const given = { message: state.message, ...(scheduledTime !== null && { start_time: prefect1Time(scheduledTime) }) };
  return complete(toPrefect1(state), given, state.timestamp);
}

/** Whoever moves a run that Prefect 1 clients know, they can read its state: theirs as they wrote it, ours in their words. */
export const readableToPrefect1 = (known: boolean, state: ProposedState): ProposedState =>
  known ? { ...state, prefect1: state.prefect1 ?? serializeState(state) } : state;

/**
 * Reads a state that a Prefect 1 client sent: kept as it is, with the keys that its readers take for granted filled in. A
 * state that no client could load again is refused, in the words of the old server.
 * @param now the time of a start that the client left to the server
 */
export function normaliseState(sent: Json, now: Instant): SerializedState {
  if (!isJsonObject(sent))
    throw refused(`{'_schema': 'Invalid data type: ${typeof sent === 'string' ? sent : JSON.stringify(sent)}'}`);
  const { type, ...given } = sent;
  if (type === undefined) throw refused("{'type': ['Missing data for required field.']}");
  if (typeof type !== 'string' || !isPrefect1State(type))
    throw refused(
      `{'type': ['Unsupported value: ${typeof type === 'string' ? type.slice(0, 100) : JSON.stringify(type)}']}`,
    );
  const { message } = given;
  if (message !== undefined && message !== null && typeof message !== 'string')
    throw refused("{'message': ['Not a valid string.']}");
  if (given.loop_count === null && type === 'Looped') throw refused("{'loop_count': ['Field may not be null.']}");
  return complete(type, given, now);
}

function complete(className: Prefect1State, given: JsonObject, now: Instant): SerializedState {
  const own = OWN_KEYS[className] ?? {};
  const state: JsonObject = {
    type: className,
    message: null,
    context: {},
    cached_inputs: {},
    ...storableObject(given),
  };
  // A reader takes a result that is missing, and stumbles over null. A mapped task has none.
  if (className === 'Mapped') delete state._result;
  else state._result ??= { type: 'NoResultType' };
  for (const [key, value] of Object.entries(own)) state[key] ??= value(now);
  // A class that has one finds null or the state here.
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

/** The inputs of a task that its next state still needs are carried on, unless that brings its own. */
export function withCachedInputs(state: SerializedState, before: SerializedState): SerializedState {
  const carried = before.serialized.cached_inputs;
  if (!isFilled(carried) || isFilled(state.serialized.cached_inputs)) return state;
  return { ...state, serialized: { ...state.serialized, cached_inputs: carried } };
}

const isFilled = (value: Json | undefined): value is JsonObject => isJsonObject(value) && Object.keys(value).length > 0;

/** Python 3's `sys.getsizeof(json.dumps(state))`, which the old server measured, is this and 49 for an ASCII text. */
const MAX_PYTHON_JSON = 1_000_000 - 49;

/** Whether a state is more than the old server took. */
export const isTooLarge = (sent: Json): boolean => pythonJsonLength(sent) > MAX_PYTHON_JSON;

/** The length of JSON as Python writes it: a blank after each comma and colon, and ASCII only. */
export function pythonJsonLength(value: Json): number {
  const text = JSON.stringify(value);
  let length = text.length + blanks(value);
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) > 126) length += 5;
  return length;
}

function blanks(value: Json): number {
  if (typeof value !== 'object' || value === null) return 0;
  const parts = Object.values(value);
  const between = Math.max(parts.length - 1, 0) + (Array.isArray(value) ? 0 : parts.length);
  return parts.reduce((sum: number, part) => sum + blanks(part), between);
}

/** JSON without the characters that PostgreSQL cannot store: the words of a failing program may hold any. */
export function storableJson(value: Json, depth = 0): Json {
  if (typeof value === 'string') return storable(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > LIMITS.jsonDepth)
    throw refused(`The JSON is nested too deeply: at most ${LIMITS.jsonDepth} levels are taken.`);
  if (Array.isArray(value)) return value.map((part) => storableJson(part, depth + 1));
  return storableObject(value, depth);
}

export const storableObject = (value: JsonObject, depth = 0): JsonObject =>
  Object.fromEntries(Object.entries(value).map(([key, part]) => [storable(key), storableJson(part, depth + 1)]));

const refused = (text: string) => new Problem('BAD_USER_INPUT', text);
