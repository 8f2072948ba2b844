import { isJsonObject, type Json, type JsonObject } from '../values/jsonObject.ts';
import { unexpected } from './memberKeywords.ts';
import { memberOf } from './memberOf.ts';
import type { Check, Keyword, SchemaValidation } from './schemaValidation.ts';

// The keywords that ask what the other keywords have looked at. Source: jsonschema, _keywords.py and _utils.py.

const unevaluatedItems: Keyword = (validation, _argument, check) => {
  const { value } = check;
  if (!Array.isArray(value)) return;
  const evaluated = evaluatedItems(validation, value, check, check.schema);
  const rest = value.filter((_, index) => !evaluated.has(index));
  if (rest.length === 0) return;
  validation.report(check, 'unevaluatedItems', () => `Unevaluated items are not allowed (${unexpected(rest)})`);
};

const unevaluatedProperties: Keyword = (validation, argument, check) => {
  const { value } = check;
  if (!isJsonObject(value)) return;
  const evaluated = evaluatedKeys(validation, value, check, check.schema);
  const rest = Object.keys(value).filter(
    (key) => !evaluated.has(key) && !validation.isValid(check, argument, memberOf(value, key)),
  );
  if (rest.length === 0) return;
  validation.report(check, 'unevaluatedProperties', () =>
    argument === false
      ? `Unevaluated properties are not allowed (${unexpected([...rest].sort())})`
      : `Unevaluated properties are not valid under the given schema (${unexpected(rest, 'unevaluated and invalid')})`,
  );
};

function evaluatedItems(validation: SchemaValidation, value: Json[], check: Check, schema: Json): Set<number> {
  const evaluated = new Set<number>();
  if (!isJsonObject(schema)) return evaluated;
  const addFirst = (count: number) => {
    validation.steps.spend(count);
    for (let index = 0; index < count; index++) evaluated.add(index);
  };
  if (schema.items !== undefined) addFirst(value.length);
  if (Array.isArray(schema.prefixItems)) addFirst(Math.min(value.length, schema.prefixItems.length));
  for (const inner of [schema.contains, schema.unevaluatedItems])
    if (inner !== undefined)
      for (const [index, item] of value.entries()) if (validation.isValid(check, inner, item)) evaluated.add(index);
  for (const [part, scoped] of appliedSchemas(validation, check, schema))
    for (const index of evaluatedItems(validation, value, scoped, part)) evaluated.add(index);
  return evaluated;
}

function evaluatedKeys(validation: SchemaValidation, value: JsonObject, check: Check, schema: Json): Set<string> {
  const evaluated = new Set<string>();
  if (!isJsonObject(schema)) return evaluated;
  const keys = Object.keys(value);
  const addIf = (accepts: (key: string) => boolean) => {
    validation.steps.spend(keys.length);
    for (const key of keys) if (accepts(key)) evaluated.add(key);
  };
  const { properties, patternProperties, dependentSchemas } = schema;
  if (isJsonObject(properties)) addIf((key) => Object.hasOwn(properties, key));
  for (const inner of [schema.additionalProperties, schema.unevaluatedProperties])
    if (inner !== undefined) addIf((key) => validation.isValid(check, inner, memberOf(value, key)));
  if (isJsonObject(patternProperties))
    for (const pattern of Object.keys(patternProperties)) addIf((key) => validation.matches(pattern, key));
  const dependent = isJsonObject(dependentSchemas) ? Object.entries(dependentSchemas) : [];
  const parts = [
    ...dependent.filter(([key]) => Object.hasOwn(value, key)).map(([, part]) => [part, check] as const),
    ...appliedSchemas(validation, check, schema),
  ];
  for (const [part, scoped] of parts)
    for (const key of evaluatedKeys(validation, value, scoped, part)) evaluated.add(key);
  return evaluated;
}

/** Returns the schemas that are applied to the same value and accept it, each with the check that resolves its references. */
function appliedSchemas(validation: SchemaValidation, check: Check, schema: JsonObject): (readonly [Json, Check])[] {
  validation.steps.spend();
  const applied: (readonly [Json, Check])[] = [];
  for (const reference of [schema.$ref, schema.$dynamicRef]) {
    if (typeof reference !== 'string') continue;
    const { schema: part, scope } = validation.references.resolve(reference, check.scope);
    applied.push([part, validation.nested(check, scope)]);
  }
  for (const list of [schema.allOf, schema.oneOf, schema.anyOf])
    if (Array.isArray(list)) for (const part of list) if (validation.isValid(check, part)) applied.push([part, check]);
  if (schema.if === undefined) return applied;
  const holds = validation.isValid(check, schema.if);
  if (holds) applied.push([schema.if, check]);
  const branch = holds ? schema.then : schema.else;
  if (branch !== undefined) applied.push([branch, check]);
  return applied;
}

export const UNEVALUATED_KEYWORDS: { readonly [name: string]: Keyword } = { unevaluatedItems, unevaluatedProperties };
