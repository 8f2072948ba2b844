import type { Labels } from '../runs/run.ts';
import { ExactNumber } from '../values/exactNumber.ts';
import type { Json, JsonObject } from '../values/jsonObject.ts';
import { LIMITS } from '../values/limits.ts';
import { Problem } from '../values/problem.ts';
import { writeJson } from '../values/writeJson.ts';
import { checkCharacters, checkText, count, keyOf, refuse, utf8Bytes } from './checkText.ts';

/** Checks that PostgreSQL can store a value: Unicode without NUL, finite numbers, limited depth and size. */
export function checkJson(field: string, value: Json, maxBytes: number = LIMITS.jsonBytes): void {
  checkDeep(field, value, 0);
  const bytes = utf8Bytes(writeJson(value));
  if (bytes > maxBytes) refuse(field, `must have at most ${count(maxBytes)} bytes as JSON, and has ${count(bytes)}.`);
}

/** Checks the same, except for the size, and returns the value. */
export function storableJson<Value extends Json>(field: string, value: Value): Value {
  checkDeep(field, value, 0);
  return value;
}

/** Checks the parameters of a flow run. The message for parameters that are too large is Prefect's. */
export function checkParameters(field: string, parameters: JsonObject): void {
  checkDeep(field, parameters, 0);
  const bytes = utf8Bytes(writeJson(parameters));
  if (bytes > LIMITS.parameterBytes)
    throw new Problem(
      'BAD_USER_INPUT',
      `Flow run parameters must be less than ${count(LIMITS.parameterBytes)} bytes when serialized (got ${count(bytes)} bytes).`,
      { field },
    );
}

/** Checks labels: an object of at most 500 keys, whose values are strings, numbers or booleans. */
export function checkLabels(field: string, labels: Json): asserts labels is Labels {
  if (typeof labels !== 'object' || labels === null || Array.isArray(labels))
    return refuse(field, 'must be an object.');
  const entries = Object.entries(labels);
  if (entries.length > LIMITS.labels)
    refuse(field, `must have at most ${LIMITS.labels} keys, and has ${count(entries.length)}.`);
  for (const [key, value] of entries) {
    if (key === '') refuse(field, 'must not have an empty key.');
    checkText(keyOf(field), key, LIMITS.labelKeyCharacters);
    const path = `${field}.${key}`;
    if (typeof value === 'string') checkText(path, value, LIMITS.labelValueCharacters);
    else if (typeof value === 'number' || value instanceof ExactNumber) checkNumber(path, value);
    else if (typeof value !== 'boolean') refuse(path, 'must be a string, a number or a boolean.');
  }
}

function checkDeep(path: string, value: Json, depth: number): void {
  if (depth > LIMITS.jsonDepth) refuse(path, `is nested too deeply: at most ${LIMITS.jsonDepth} levels are allowed.`);
  if (typeof value === 'string') checkCharacters(path, value);
  else if (typeof value === 'number' || value instanceof ExactNumber) checkNumber(path, value);
  else if (Array.isArray(value))
    for (const [index, item] of value.entries()) checkDeep(`${path}[${index}]`, item, depth + 1);
  else if (typeof value === 'object' && value !== null)
    for (const [key, item] of Object.entries(value)) {
      checkCharacters(keyOf(path), key);
      checkDeep(`${path}.${key}`, item, depth + 1);
    }
}

function checkNumber(path: string, value: number | ExactNumber): void {
  const fault = value instanceof ExactNumber ? value.fault : Number.isFinite(value) ? null : 'must be a finite number.';
  if (fault !== null) refuse(path, fault);
}
