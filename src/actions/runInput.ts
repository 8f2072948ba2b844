import { runInNewContext } from 'node:vm';
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import type { Json, JsonObject } from '../core/state.ts';

type Hydrated<Value> = { value: Value } | { reason: string };

/** Marks a value that is to be left out. */
const NOTHING = Symbol('nothing');

/**
 * Replaces `{ "__prefect_kind": ... }` objects by what they stand for: `json` by the JSON in their value, `none` by their
 * value as it is. One without its value is left out.
 * Source: Prefect 3, utilities/schema_tools/hydration.py.
 */
export function hydrateRunInput(input: JsonObject): Hydrated<JsonObject> {
  try {
    const value = hydrate(input);
    return { value: isObject(value) ? value : {} };
  } catch (error) {
    if (error instanceof HydrationError) return { reason: `Error hydrating run input: ${error.message}` };
    throw error;
  }
}

class HydrationError extends Error {}

function hydrate(value: Json): Json | typeof NOTHING {
  if (Array.isArray(value)) return value.map(hydrate).filter((item) => item !== NOTHING);
  if (!isObject(value)) return value;
  const kind = value.__prefect_kind;
  if (typeof kind !== 'string') {
    const members = Object.entries(value).map(([key, member]) => [key, hydrate(member)] as const);
    return Object.fromEntries(members.filter((member): member is [string, Json] => member[1] !== NOTHING));
  }
  const payload = value.value;
  if (kind !== 'json' && kind !== 'none') throw new HydrationError(`Values of kind "${kind}" are not supported.`);
  if (payload === undefined) return NOTHING;
  if (kind === 'none') return hydrate(payload);
  if (typeof payload !== 'string') throw new HydrationError('Invalid JSON: a text is expected.');
  try {
    return JSON.parse(payload);
  } catch (error) {
    throw new HydrationError(`Invalid JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const isObject = (value: Json | symbol): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Why the input does not fit the schema (JSON Schema 2020-12, as text); null where it does. Defaults are not filled in. */
export function validateRunInput(schemaText: string, input: JsonObject): string | null {
  let schema: unknown;
  try {
    schema = JSON.parse(schemaText);
  } catch {
    return 'Run input schema is not valid JSON.';
  }
  if (typeof schema !== 'object' || schema === null) return 'Invalid schema: a JSON object is expected.';
  const asked = schema;
  try {
    return withinTime(() => {
      const validate = new Ajv2020({ strict: false, validateFormats: false, logger: false }).compile(asked);
      return validate(input) ? null : `Reason: ${failure(validate.errors?.[0])}`;
    });
  } catch (error) {
    // It comes from within the script, where `Error` is another class.
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT')
      return `Invalid schema: validating the input took too long, more than ${MAX_VALIDATION_MS} ms.`;
    // A reference that leads back to itself never ends, and so the stack does.
    if (error instanceof RangeError) return 'Invalid schema: Unable to validate schema with circular references.';
    return `Invalid schema: ${error instanceof Error ? error.message : String(error)}`;
  }
}

const MAX_VALIDATION_MS = 250;

/**
 * Schemas are written by users, and a short one can keep a validator busy for years: a regular expression that backtracks, parts
 * that refer to each other twice. All other requests wait meanwhile. Node ends work in time only where it was begun by a
 * script, hence this one, which does nothing but begin it.
 */
const withinTime = <Result>(work: () => Result): Result =>
  runInNewContext('work()', { work }, { timeout: MAX_VALIDATION_MS });

function failure(error: ErrorObject | undefined): string {
  if (!error) return 'Validation failed.';
  const field = error.instancePath.split('/')[1];
  const reason =
    error.keyword === 'required' ? `'${error.params.missingProperty}' is a required property` : error.message;
  return `Validation failed${field ? ` for field '${field}'` : ''}. Failure reason: ${reason}`;
}
