import { isJsonObject, type Json, type JsonObject } from '../values/jsonObject.ts';
import type { Steps } from '../values/steps.ts';

export interface SchemaPreparation {
  /** Required properties may be missing. */
  ignoresRequired?: boolean;
  /** Optional properties with a default may be null, too; otherwise only those without one. */
  allowsNullForDefaults?: boolean;
}

/**
 * Returns the schema as Prefect changes it before it validates, because pydantic 1 writes schemas that JSON Schema
 * 2020-12 does not allow: optional properties may be null, tuples are `prefixItems`, and a block may be named by its id.
 * Source: Prefect 3, utilities/schema_tools/validation.py, preprocess_schema.
 */
export function preparedSchema(
  schema: JsonObject,
  { ignoresRequired, allowsNullForDefaults }: SchemaPreparation,
  steps: Steps,
): JsonObject {
  const allowsNull = allowsNullForDefaults ?? false;
  // `$schema` is removed: a schema of an older draft is read by the rules of the newest, as in Prefect.
  const { $schema: _, ...prepared } = withProperties(schema, allowsNull, steps);
  if (isJsonObject(prepared.definitions))
    prepared.definitions = preparedDefinitions(prepared.definitions, allowsNull, steps);
  return ignoresRequired ? withoutRequired(prepared) : prepared;
}

function preparedDefinitions(definitions: JsonObject, allowsNull: boolean, steps: Steps): JsonObject {
  const prepared: JsonObject = {};
  const blocks: JsonObject = {};
  for (const [name, definition] of Object.entries(definitions)) {
    const changed = isJsonObject(definition) ? withProperties(definition, allowsNull, steps) : definition;
    prepared[name] = changed;
    if (isJsonObject(changed) && changed.block_type_slug !== undefined)
      blocks[String(changed.title ?? name)] = { oneOf: [changed, BLOCK_REFERENCE] };
  }
  return { ...prepared, ...blocks };
}

const BLOCK_REFERENCE: JsonObject = {
  type: 'object',
  properties: {
    $ref: {
      oneOf: [
        { type: 'string', format: 'uuid' },
        { type: 'object', additionalProperties: { type: 'string' }, minProperties: 1 },
      ],
    },
  },
  required: ['$ref'],
};

/** A property is copied, and copied again without the keyword `required`. */
const STEPS_PER_PROPERTY = 10;

function withProperties(schema: JsonObject, allowsNull: boolean, steps: Steps): JsonObject {
  const { properties } = schema;
  if (!isJsonObject(properties)) return { ...schema };
  steps.spend(STEPS_PER_PROPERTY * Object.keys(properties).length);
  const required = new Set(Array.isArray(schema.required) ? schema.required : []);
  const entries = Object.entries(properties).map(([name, property]): [string, Json] => [
    name,
    isJsonObject(property) ? preparedProperty(property, required.has(name), allowsNull, steps) : property,
  ]);
  return { ...schema, properties: Object.fromEntries(entries) };
}

function preparedProperty(property: JsonObject, isRequired: boolean, allowsNull: boolean, steps: Steps): JsonObject {
  const prepared = withProperties(property, allowsNull, steps);
  const { type, items } = prepared;
  if (!isRequired && type !== undefined && type !== 'null' && (prepared.default === undefined || allowsNull)) {
    prepared.anyOf = [{ type }, { type: 'null' }];
    delete prepared.type;
  }
  const isTuple = Array.isArray(items) && items.length > 0;
  if (isTuple && !(Array.isArray(prepared.prefixItems) && prepared.prefixItems.length > 0)) {
    prepared.prefixItems = items;
    delete prepared.items;
  }
  return prepared;
}

/**
 * Removes the keyword `required`, except inside lists of schemas. A property named `required` stays.
 * Source: Prefect 3, utilities/collections.py, remove_nested_keys, which also removes that property.
 */
function withoutRequired(schema: JsonObject): JsonObject {
  const entries = Object.entries(schema).filter(([key, value]) => key !== 'required' || isJsonObject(value));
  return Object.fromEntries(entries.map(([key, value]) => [key, isJsonObject(value) ? withoutRequired(value) : value]));
}
