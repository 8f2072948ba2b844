import type { JsonObject } from '../values/jsonObject.ts';

/** What a valid schema looks like: JSON Schema 2020-12, with its vocabularies written into one document. */
const SCHEMA = { $ref: '#' };
const SCHEMAS = { $ref: '#/$defs/schemaArray' };
const SCHEMA_MAP = { type: 'object', additionalProperties: SCHEMA };
const COUNT = { $ref: '#/$defs/nonNegativeInteger' };
const STRINGS = { $ref: '#/$defs/stringArray' };
const TEXT = { type: 'string' };
const BOOLEAN = { type: 'boolean' };
const NUMBER = { type: 'number' };
const ANCHOR = { type: 'string', pattern: '^[A-Za-z_][-A-Za-z0-9._]*$' };

const vocabulary = (properties: JsonObject): JsonObject => ({ type: ['object', 'boolean'], properties });

export const META_SCHEMA: JsonObject = {
  allOf: [
    vocabulary({
      $id: { type: 'string', pattern: '^[^#]*#?$' },
      $schema: TEXT,
      $ref: TEXT,
      $anchor: ANCHOR,
      $dynamicRef: TEXT,
      $dynamicAnchor: ANCHOR,
      $vocabulary: { type: 'object', additionalProperties: BOOLEAN },
      $comment: TEXT,
      $defs: SCHEMA_MAP,
    }),
    vocabulary({
      prefixItems: SCHEMAS,
      items: SCHEMA,
      contains: SCHEMA,
      additionalProperties: SCHEMA,
      properties: SCHEMA_MAP,
      patternProperties: { ...SCHEMA_MAP, propertyNames: { format: 'regex' } },
      dependentSchemas: SCHEMA_MAP,
      propertyNames: SCHEMA,
      if: SCHEMA,
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: SCHEMA,
      else: SCHEMA,
      allOf: SCHEMAS,
      anyOf: SCHEMAS,
      oneOf: SCHEMAS,
      not: SCHEMA,
    }),
    vocabulary({ unevaluatedItems: SCHEMA, unevaluatedProperties: SCHEMA }),
    vocabulary({
      type: {
        anyOf: [
          { $ref: '#/$defs/simpleTypes' },
          { type: 'array', items: { $ref: '#/$defs/simpleTypes' }, minItems: 1, uniqueItems: true },
        ],
      },
      enum: { type: 'array' },
      multipleOf: { type: 'number', exclusiveMinimum: 0 },
      maximum: NUMBER,
      exclusiveMaximum: NUMBER,
      minimum: NUMBER,
      exclusiveMinimum: NUMBER,
      maxLength: COUNT,
      minLength: COUNT,
      pattern: { type: 'string', format: 'regex' },
      maxItems: COUNT,
      minItems: COUNT,
      uniqueItems: BOOLEAN,
      maxContains: COUNT,
      minContains: COUNT,
      maxProperties: COUNT,
      minProperties: COUNT,
      required: STRINGS,
      dependentRequired: { type: 'object', additionalProperties: STRINGS },
    }),
    vocabulary({
      title: TEXT,
      description: TEXT,
      deprecated: BOOLEAN,
      readOnly: BOOLEAN,
      writeOnly: BOOLEAN,
      examples: { type: 'array' },
    }),
    vocabulary({ format: TEXT }),
    vocabulary({ contentEncoding: TEXT, contentMediaType: TEXT, contentSchema: SCHEMA }),
  ],
  type: ['object', 'boolean'],
  properties: {
    definitions: SCHEMA_MAP,
    dependencies: { type: 'object', additionalProperties: { anyOf: [SCHEMA, STRINGS] } },
    $recursiveAnchor: ANCHOR,
    $recursiveRef: TEXT,
  },
  $defs: {
    schemaArray: { type: 'array', minItems: 1, items: SCHEMA },
    nonNegativeInteger: { type: 'integer', minimum: 0 },
    simpleTypes: { enum: ['array', 'boolean', 'integer', 'null', 'number', 'object', 'string'] },
    stringArray: { type: 'array', items: TEXT, uniqueItems: true },
  },
};
