import type { Labels } from '../runs/run.ts';
import type { Json, JsonObject } from '../values/jsonObject.ts';
import { LIMITS } from '../values/limits.ts';
import { Problem } from '../values/problem.ts';
import { checkCharacters, checkText, count, refuse, utf8Bytes } from './checkText.ts';

/** JSON that PostgreSQL can hold: no NUL, no half characters, no endless number, not too deep, not too large. */
export function checkJson(field: string, value: Json, maxBytes: number = LIMITS.jsonBytes): void {
  checkDeep(field, value, 0);
  const bytes = utf8Bytes(JSON.stringify(value));
  if (bytes > maxBytes)
    refuse(field, `is too large: ${count(bytes)} bytes as JSON, at most ${count(maxBytes)} are taken.`);
}

/** The parameters of a flow run; Prefect's own words where they are too large. */
export function checkParameters(field: string, parameters: JsonObject): void {
  checkDeep(field, parameters, 0);
  const bytes = utf8Bytes(JSON.stringify(parameters));
  if (bytes > LIMITS.parameterBytes)
    throw new Problem(
      'BAD_USER_INPUT',
      `Flow run parameters must be less than ${count(LIMITS.parameterBytes)} bytes when serialized (got ${count(bytes)} bytes).`,
      { field },
    );
}

/** A map of at most 500 keys to plain values: what a list or a map as a label would mean, no reader knows. */
export function checkLabels(field: string, labels: Json): asserts labels is Labels {
  if (typeof labels !== 'object' || labels === null || Array.isArray(labels)) return refuse(field, 'must be a map.');
  const entries = Object.entries(labels);
  if (entries.length > LIMITS.labels)
    refuse(field, `has too many keys: ${count(entries.length)}, at most ${LIMITS.labels} are taken.`);
  for (const [key, value] of entries) {
    if (key === '') refuse(field, 'has an empty key.');
    checkText(`a key of ${field}`, key, LIMITS.labelKeyCharacters);
    const path = `${field}.${key}`;
    if (typeof value === 'string') checkText(path, value, LIMITS.labelValueCharacters);
    else if (typeof value === 'number') checkFinite(path, value);
    else if (typeof value !== 'boolean') refuse(path, 'must be a string, a number or a boolean.');
  }
}

function checkDeep(path: string, value: Json, depth: number): void {
  if (depth > LIMITS.jsonDepth) refuse(path, `is nested too deeply: at most ${LIMITS.jsonDepth} levels are taken.`);
  if (typeof value === 'string') checkCharacters(path, value);
  else if (typeof value === 'number') checkFinite(path, value);
  else if (Array.isArray(value))
    for (const [index, item] of value.entries()) checkDeep(`${path}[${index}]`, item, depth + 1);
  else if (typeof value === 'object' && value !== null)
    for (const [key, item] of Object.entries(value)) {
      checkCharacters(`a key of ${path}`, key);
      checkDeep(`${path}.${key}`, item, depth + 1);
    }
}

function checkFinite(path: string, value: number): void {
  // JSON.parse reads 1e999 as Infinity, and JSON.stringify would write it as null.
  if (!Number.isFinite(value)) refuse(path, 'is too large a number.');
}
