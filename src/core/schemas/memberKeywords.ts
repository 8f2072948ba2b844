import { isJsonObject, type Json, type JsonObject, numberIn } from '../values/jsonObject.ts';
import { itemOf, memberOf } from './memberOf.ts';
import type { Keyword, SchemaValidation } from './schemaValidation.ts';
import { shownInPython, shownList } from './shownInPython.ts';

// The keywords that look into objects and arrays. Source of the messages: jsonschema, _keywords.py.

const properties: Keyword = (validation, argument, check) => {
  const { value } = check;
  if (!isJsonObject(value) || !isJsonObject(argument)) return;
  for (const key of validation.presentNames(argument, value))
    validation.descendTo(check, key, memberOf(value, key), memberOf(argument, key));
};

const patternProperties: Keyword = (validation, argument, check) => {
  const { value } = check;
  if (!isJsonObject(value) || !isJsonObject(argument)) return;
  for (const [pattern, schema] of Object.entries(argument))
    for (const [key, member] of Object.entries(value))
      if (validation.matches(pattern, key)) validation.descendTo(check, key, member, schema);
};

const propertyNames: Keyword = (validation, argument, check) => {
  if (!isJsonObject(check.value)) return;
  for (const name of Object.keys(check.value)) validation.descendToName(check, name, argument);
};

const additionalProperties: Keyword = (validation, argument, check) => {
  const { value, schema } = check;
  if (!isJsonObject(value)) return;
  const extras = additionalKeys(validation, value, schema);
  if (isJsonObject(argument)) {
    for (const key of extras) validation.descendTo(check, key, memberOf(value, key), argument);
    return;
  }
  if (argument !== false || extras.length === 0) return;
  validation.report(check, 'additionalProperties', () => {
    if (!isJsonObject(schema.patternProperties))
      return `Additional properties are not allowed (${unexpected(extras.sort())})`;
    const names = shownList(extras.sort());
    const patterns = shownList(Object.keys(schema.patternProperties).sort());
    return `${names} ${extras.length === 1 ? 'does' : 'do'} not match any of the regexes: ${patterns}`;
  });
};

function additionalKeys(validation: SchemaValidation, value: JsonObject, schema: JsonObject): string[] {
  const named = isJsonObject(schema.properties) ? schema.properties : {};
  const patterns = isJsonObject(schema.patternProperties) ? Object.keys(schema.patternProperties) : [];
  const keys = Object.keys(value);
  validation.steps.spend(Math.ceil(keys.length / 8));
  return keys.filter(
    (key) => !Object.hasOwn(named, key) && !patterns.some((pattern) => validation.matches(pattern, key)),
  );
}

export const unexpected = (extras: readonly Json[], words = 'unexpected'): string =>
  `${shownList(extras)} ${extras.length === 1 ? 'was' : 'were'} ${words}`;

const required: Keyword = (validation, argument, check) => {
  const { value } = check;
  if (!isJsonObject(value) || !Array.isArray(argument)) return;
  validation.steps.spend(Math.ceil(argument.length / 8));
  for (const name of argument)
    if (!Object.hasOwn(value, String(name)))
      validation.report(check, 'required', () => `${shownInPython(name)} is a required property`);
};

const dependentRequired: Keyword = (validation, argument, check) => {
  const { value } = check;
  if (!isJsonObject(value) || !isJsonObject(argument)) return;
  for (const [property, dependencies] of Object.entries(argument)) {
    validation.steps.spend();
    if (!Object.hasOwn(value, property) || !Array.isArray(dependencies)) continue;
    validation.steps.spend(dependencies.length);
    for (const name of dependencies)
      if (!Object.hasOwn(value, String(name)))
        validation.report(
          check,
          'dependentRequired',
          () => `${shownInPython(name)} is a dependency of ${shownInPython(property)}`,
        );
  }
};

const dependentSchemas: Keyword = (validation, argument, check) => {
  if (!isJsonObject(check.value) || !isJsonObject(argument)) return;
  for (const [property, schema] of Object.entries(argument)) {
    validation.steps.spend();
    if (Object.hasOwn(check.value, property)) validation.descend(check, schema);
  }
};

const prefixItems: Keyword = (validation, argument, check) => {
  if (!Array.isArray(check.value) || !Array.isArray(argument)) return;
  for (const [key, value] of check.value.slice(0, argument.length).entries())
    validation.descendTo(check, key, value, itemOf(argument, key));
};

const items: Keyword = (validation, argument, check) => {
  const { value, schema } = check;
  if (!Array.isArray(value)) return;
  const prefix = Array.isArray(schema.prefixItems) ? schema.prefixItems.length : 0;
  const extra = value.length - prefix;
  if (extra <= 0) return;
  if (argument === false) {
    const rest = () => shownInPython(extra === 1 ? itemOf(value, prefix) : value.slice(prefix));
    const noun = prefix === 1 ? 'item' : 'items';
    validation.report(check, 'items', () => `Expected at most ${prefix} ${noun} but found ${extra} extra: ${rest()}`);
    return;
  }
  for (let key = prefix; key < value.length; key++) validation.descendTo(check, key, itemOf(value, key), argument);
};

const contains: Keyword = (validation, argument, check) => {
  const { value, schema } = check;
  if (!Array.isArray(value)) return;
  const min = numberIn(schema.minContains) ?? 1;
  const max = numberIn(schema.maxContains) ?? value.length;
  let matches = 0;
  for (const item of value) {
    if (validation.isValid(check, argument, item)) matches++;
    if (matches > max) {
      const message = () => `Too many items match the given schema (expected at most ${max})`;
      validation.report(check, 'maxContains', message);
      return;
    }
  }
  if (matches >= min) return;
  if (matches === 0) {
    const message = () => `${shownInPython(value)} does not contain items matching the given schema`;
    validation.report(check, 'contains', message);
  } else {
    const message = () => `Too few items match the given schema (expected at least ${min} but only ${matches} matched)`;
    validation.report(check, 'minContains', message);
  }
};

/** Checks that are made member by member. */
export const MEMBER_KEYWORDS: { readonly [name: string]: Keyword } = {
  properties,
  patternProperties,
  propertyNames,
  additionalProperties,
  required,
  dependentRequired,
  dependentSchemas,
  prefixItems,
  items,
  contains,
};
