import { isJsonObject, type Json } from '../values/jsonObject.ts';
import { hasType } from './jsonTypes.ts';

/** A place in the value: the last step of the path, and the place before it. */
export interface Place {
  readonly key: string | number;
  readonly depth: number;
  readonly parent: Place | null;
}

/** One reason why a value does not match a schema. Source: jsonschema, exceptions.py, ValidationError. */
export interface ValidationError {
  message: () => string;
  /** The keyword that failed; null for the schema `false`. */
  keyword: string | null;
  value: Json;
  schema: Json;
  place: Place | null;
  /** The depth of the value that `context` belongs to: paths in it are relative to that value. */
  baseDepth: number;
  /** For `anyOf` and `oneOf`: why each alternative failed. */
  context: ValidationError[];
}

/** Returns the steps of the path from the value at `baseDepth` on. */
export function pathOf(place: Place | null, baseDepth: number): (string | number)[] {
  const path: (string | number)[] = [];
  for (let at = place; at && at.depth > baseDepth; at = at.parent) path.push(at.key);
  return path.reverse();
}

/** `$.answers[0].name` without its start: the field's name in Prefect's messages. */
export function fieldName(place: Place | null): string {
  const path = pathOf(place, 0).map((key) => {
    if (typeof key === 'number') return `[${key}]`;
    return /^[a-zA-Z][a-zA-Z0-9_]*$/.test(key)
      ? `.${key}`
      : `['${key.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}']`;
  });
  return `$${path.join('')}`.replaceAll('$.', '');
}

/**
 * Returns the error that describes best what is wrong.
 * Source: jsonschema, exceptions.py, best_match.
 */
export function bestMatch(errors: readonly ValidationError[]): ValidationError | undefined {
  let best = errors.reduce<ValidationError | undefined>(
    (found, error) => (!found || compareRelevance(error, found) > 0 ? error : found),
    undefined,
  );
  while (best && best.context.length > 0) {
    const [least, next] = twoLeast(best.context);
    if (!least || (next && compareRelevance(least, next) === 0)) return best;
    best = least;
  }
  return best;
}

function twoLeast(errors: readonly ValidationError[]): ValidationError[] {
  let [least, next]: (ValidationError | undefined)[] = [];
  for (const error of errors) {
    if (!least || compareRelevance(error, least) < 0) [least, next] = [error, least];
    else if (!next || compareRelevance(error, next) < 0) next = error;
  }
  return [least, next].filter((error) => error !== undefined);
}

const WEAK: readonly (string | null)[] = ['anyOf', 'oneOf'];

function compareRelevance(one: ValidationError, other: ValidationError): number {
  const depth = (error: ValidationError) => (error.place?.depth ?? 0) - error.baseDepth;
  return (
    depth(other) - depth(one) ||
    comparePaths(pathOf(one.place, one.baseDepth), pathOf(other.place, other.baseDepth)) ||
    Number(!WEAK.includes(one.keyword)) - Number(!WEAK.includes(other.keyword)) ||
    Number(!matchesType(one)) - Number(!matchesType(other))
  );
}

function comparePaths(one: readonly (string | number)[], other: readonly (string | number)[]): number {
  for (const [index, key] of one.entries()) {
    const against = other[index];
    if (against === undefined || key === against) continue;
    return key < against ? -1 : 1;
  }
  return 0;
}

function matchesType({ schema, value }: ValidationError): boolean {
  if (!isJsonObject(schema)) return false;
  const { type } = schema;
  const types = Array.isArray(type) ? type : [type];
  return types.some((one) => typeof one === 'string' && hasType(value, one));
}
