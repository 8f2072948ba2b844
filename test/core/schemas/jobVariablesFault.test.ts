import { expect, test } from 'vitest';
import { defaultsFault, jobVariablesFault } from '../../../src/core/schemas/jobVariablesFault.ts';
import type { JsonObject } from '../../../src/core/values/jsonObject.ts';

const schema = (properties: JsonObject, required: string[] = []): JsonObject => ({
  type: 'object',
  properties,
  required,
});
const memory = { type: 'integer' };

test.each<{ name: string; schema: JsonObject; given: JsonObject; isComplete?: boolean; reason: string | null }>([
  {
    name: 'a default stands for a required variable',
    schema: schema({ memory: { ...memory, default: 1 } }, ['memory']),
    given: {},
    reason: null,
  },
  {
    name: 'a required variable without a default must be given for a run',
    schema: schema({ memory }, ['memory']),
    given: {},
    reason: "Validation failed. Failure reason: 'memory' is a required property",
  },
  {
    name: 'a required variable may be missing in a deployment',
    schema: schema({ memory }, ['memory']),
    given: {},
    isComplete: false,
    reason: null,
  },
  {
    name: 'after an invalid default, required variables may be missing',
    schema: schema({ memory: { ...memory, default: 'much' } }, ['memory']),
    given: {},
    reason: null,
  },
  {
    name: 'a default that names a block counts as an invalid one',
    schema: schema({ block: { type: 'object', default: { $ref: { block_document_id: 'id' } } } }, ['block']),
    given: {},
    reason: null,
  },
  {
    name: 'null may replace a default',
    schema: schema({ memory: { ...memory, default: 1 } }),
    given: { memory: null },
    reason: null,
  },
  {
    name: 'a given variable must match',
    schema: schema({ memory }, ['memory']),
    given: { memory: 'much' },
    reason: "Validation failed for field 'memory'. Failure reason: 'much' is not of type 'integer'",
  },
])('$name', ({ schema, given, isComplete = true, reason }) => {
  expect(jobVariablesFault(schema, given, isComplete)?.reason ?? null).toBe(reason);
});

test.each<[JsonObject, string | null]>([
  [
    schema({ memory: { ...memory, default: 'much' } }, ['memory']),
    "Validation failed for field 'memory'. Failure reason: 'much' is not of type 'integer'",
  ],
  [schema({ memory: { ...memory, default: null } }), null],
  [schema({ block: { type: 'string', default: { $ref: { block_document_id: 'id' } } } }), null],
  [{ type: 'colour' }, "Invalid schema: 'colour' is not valid under any of the given schemas"],
])('the defaults of the schema %j are checked', (schema, reason) => {
  expect(defaultsFault(schema)?.reason ?? null).toBe(reason);
});
