import { checkJson } from '../../core/checks/checkJson.ts';
import { faultBySchema } from '../../core/schemas/faultBySchema.ts';
import { isJsonObject, type Json, type JsonObject } from '../../core/values/jsonObject.ts';
import { Problem } from '../../core/values/problem.ts';
import { readJson } from '../../core/values/readJson.ts';

type Hydrated<Value> = { value: Value } | { reason: string };

/** Marks a value to omit. */
const NOTHING = Symbol('nothing');

class HydrationError extends Error {}

/**
 * Replaces `{ "__prefect_kind": ... }` objects by their values.
 * Source: Prefect 3, utilities/schema_tools/hydration.py.
 * @param what the input's name in the reason: "run input"
 */
export function hydrateRunInput(what: string, input: JsonObject): Hydrated<JsonObject> {
  try {
    const value = hydrate(input);
    if (value === NOTHING) return { value: {} };
    if (!isObject(value)) throw new HydrationError('A JSON object is expected.');
    return { value };
  } catch (error) {
    if (error instanceof HydrationError) return { reason: `Error hydrating ${what}: ${error.message}` };
    throw error;
  }
}

function hydrate(value: Json): Json | typeof NOTHING {
  if (Array.isArray(value)) return value.map(hydrate).filter((item) => item !== NOTHING);
  if (!isObject(value)) return value;
  const { __prefect_kind: kind } = value;
  if (kind !== undefined) return (KINDS.get(kind) ?? asItIs)(value);
  const members = Object.entries(value).map(([key, member]) => [key, hydrate(member)] as const);
  return Object.fromEntries(members.filter((member): member is [string, Json] => member[1] !== NOTHING));
}

type Kind = (marked: JsonObject) => Json | typeof NOTHING;

const KINDS = new Map<Json, Kind>([
  ['none', ({ value }) => hydrate(present('value', value))],
  ['json', ({ value }) => (value === undefined ? NOTHING : parsed(nested(value)))],
  ['jinja', ({ template }) => rendered(nested(present('template', template)))],
  ['workspace_variable', ({ variable_name: name }) => (name === undefined ? NOTHING : unknownVariable(nested(name)))],
]);

/** An object of any other kind is replaced by its `value`. */
const asItIs: Kind = ({ value }) => value ?? null;

function unknownVariable(name: Json | typeof NOTHING): never {
  throw new HydrationError(`Variable '${String(name).slice(0, 100)}' not found in workspace.`);
}

function present(key: string, value: Json | undefined): Json {
  if (value === undefined) throw new HydrationError(`Missing '${key}' key in __prefect object`);
  return value;
}

const nested = (value: Json) => (isObject(value) ? hydrate(value) : value);

function parsed(text: Json | typeof NOTHING): Json | typeof NOTHING {
  if (typeof text !== 'string') return text;
  try {
    return readJson(text);
  } catch (error) {
    throw new HydrationError(`Invalid JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** A template is a program in another language. A string without template syntax is used unchanged. */
function rendered(template: Json | typeof NOTHING): Json {
  if (typeof template !== 'string') throw new HydrationError('Invalid jinja: a string is expected.');
  if (/\{[{%#]/.test(template)) throw new HydrationError('Invalid jinja: this server does not run templates.');
  return template;
}

const isObject = (value: Json | symbol): value is JsonObject => typeof value !== 'symbol' && isJsonObject(value);

/** Returns why the input does not match the schema, which is JSON text; null if it matches. */
export function validateRunInput(schemaText: string, input: JsonObject): string | null {
  let schema: Json;
  try {
    schema = readJson(schemaText);
  } catch {
    return 'Run input schema is not valid JSON.';
  }
  if (!isObject(schema)) return 'Invalid schema: a JSON object is expected.';
  const limit = limitFault(schema);
  if (limit) return limit;
  const fault = faultBySchema(schema, input);
  if (fault?.kind === 'value') return `Reason: ${fault.reason}`;
  return fault?.reason ?? null;
}

/** The schema was stored as text, which has larger limits than JSON. */
function limitFault(schema: JsonObject): string | null {
  try {
    checkJson('schema', schema);
    return null;
  } catch (error) {
    if (error instanceof Problem) return `Invalid schema: ${error.message}`;
    throw error;
  }
}
