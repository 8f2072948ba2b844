import { describe, expect, test } from 'vitest';
import { asFault, faultBySchema } from '../../../src/core/schemas/faultBySchema.ts';
import { KEYWORDS } from '../../../src/core/schemas/keywords.ts';
import type { Json, JsonObject } from '../../../src/core/values/jsonObject.ts';
import { readJson } from '../../../src/core/values/readJson.ts';

const list = <Item>(count: number, item: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_, i) => item(i));
const object = (count: number, member: (index: number) => Json): JsonObject =>
  Object.fromEntries(list(count, (index) => [`k${index}`, member(index)]));

/** Each level refers to the next one. */
const levels = (make: (next: JsonObject) => JsonObject): JsonObject => ({
  $ref: '#/$defs/l0',
  $defs: {
    ...Object.fromEntries(list(60, (level) => [`l${level}`, make({ $ref: `#/$defs/l${level + 1}` })])),
    l60: { type: 'string' },
  },
});
const member = (schema: JsonObject): JsonObject => ({ properties: { a: schema } });

const TOO_MUCH: [name: string, schema: JsonObject, value: JsonObject][] = [
  ['allOf in allOf', levels((next) => ({ allOf: [next, next] })), { a: 1 }],
  ['anyOf in anyOf', levels((next) => ({ anyOf: [next, next] })), { a: 1 }],
  ['oneOf in oneOf', levels((next) => ({ oneOf: [next, next] })), { a: 1 }],
  ['not and if', levels((next) => ({ not: next, if: next, else: next })), { a: 1 }],
  ['unevaluatedProperties', levels((next) => ({ allOf: [next, next], unevaluatedProperties: false })), { a: 1 }],
  ['long texts', member({ allOf: list(5000, () => ({ minLength: 1 })) }), { a: 'x'.repeat(400_000) }],
  ['long constants', member({ anyOf: list(5000, () => ({ const: 'y' })) }), { a: 'x'.repeat(400_000) }],
  ['many enums', member({ items: { anyOf: list(1000, () => ({ enum: [-1] })) } }), { a: list(50_000, (i) => i) }],
  ['many items', member({ allOf: list(100, () => ({ contains: { const: -1 } })) }), { a: list(50_000, (i) => i) }],
  [
    'many patterns of names',
    member({ patternProperties: Object.fromEntries(list(300, (i) => [`^x*k${i}y`, {}])) }),
    { a: object(300, () => 1) },
  ],
  ['a long pattern', member({ pattern: 'x'.repeat(200_001) }), { a: 'x' }],
  ['a pattern with a reference', member({ pattern: String.raw`(a*)*\1b` }), { a: 'a'.repeat(400) }],
  [
    'types that are referred to',
    { x: { type: list(50_000, (i) => `t${i}`) }, ...member({ items: { $ref: '#/x' } }) },
    { a: list(10_000, (i) => i) },
  ],
  [
    'names that are referred to',
    { x: { required: list(50_000, (i) => `t${i}`) }, ...member({ items: { $ref: '#/x' } }) },
    { a: list(10_000, () => ({})) },
  ],
];

describe('the work on a schema', () => {
  test.each(TOO_MUCH)('a schema with %s ends after half a million steps', (_, schema, value) => {
    const before = process.cpuUsage();
    const fault = faultBySchema(schema, value);
    const { user } = process.cpuUsage(before);
    expect(fault).toEqual({
      kind: 'schema',
      reason: 'Invalid schema: validating the input takes too many steps, more than 500000 steps.',
    });
    // A step is about 100 ns; this finds work that is not counted.
    expect(user).toBeLessThan(1_000_000);
  });

  test.each<[string, JsonObject, JsonObject]>([
    ['as many integers as a request can have', member({ items: { type: 'integer' } }), { a: list(150_000, () => 1) }],
    ['unique items', member({ uniqueItems: true }), { a: list(100_000, (i) => i) }],
    ['a large enum', member({ items: { enum: list(50_000, (i) => i) } }), { a: list(50_000, (i) => i) }],
    ['a long text', member({ pattern: '^[a-z ]*$', minLength: 1 }), { a: 'some words '.repeat(40_000) }],
    ['many properties', { properties: object(2000, () => ({ type: 'integer' })) }, object(2000, (i) => i)],
  ])('a schema and a value with %s are within the limit', (_, schema, value) => {
    expect(faultBySchema(schema, value)).toBeNull();
  });
});

test.each<[JsonObject, JsonObject, string | null]>([
  [member({}), { a: 1 }, null],
  [{ properties: { a: true } }, { a: 1 }, null],
  [
    { properties: { a: false } },
    { a: 1 },
    "Validation failed for field 'a'. Failure reason: False schema does not allow 1",
  ],
  [{ patternProperties: { '^n': {}, '(?i)^T': {} }, additionalProperties: false }, { t: 1 }, null],
  [
    member({ pattern: String.raw`\N{EM DASH}` }),
    { a: 'a' },
    String.raw`Invalid schema: '\\N{EM DASH}' is not a 'regex'`,
  ],
  [
    member({ $ref: '#/unchecked', unchecked: 1 }),
    { a: 1 },
    "Validation failed. Failure reason: PointerToNowhere: '/unchecked' does not exist within {'properties': {'a': {'$ref': '#/unchecked', 'unchecked': 1}}}",
  ],
  [
    {
      definitions: { A: { type: 'object', required: ['name'], block_type_slug: 'a' } },
      ...member({ $ref: '#/definitions/A' }),
    },
    { a: { $ref: 'id' } },
    null,
  ],
  [{ definitions: { A: true }, ...member({ $ref: '#/definitions/A' }) }, { a: 1 }, null],
  [
    { allOf: [{ $ref: '#/allOf/a' }] },
    {},
    "Validation failed. Failure reason: PointerToNowhere: '/allOf/a' does not exist within {'allOf': [{'$ref': '#/allOf/a'}]}",
  ],
  [
    { $ref: '#/%zz' },
    {},
    "Validation failed. Failure reason: PointerToNowhere: '/%zz' does not exist within {'$ref': '#/%zz'}",
  ],
  [member({ pattern: 5 }), { a: 'a' }, "Invalid schema: 5 is not of type 'string'"],
  [member({ pattern: '(a{1000}){1000}' }), { a: 'a' }, 'Invalid schema: the pattern repeats too many parts'],
  [
    { unevaluatedProperties: false, $ref: '#' },
    { a: 1 },
    'Invalid schema: Unable to validate schema with circular references.',
  ],
])('the schema %j, with which Prefect fails, gives an answer', (schema, value, reason) => {
  expect(faultBySchema(schema, value)?.reason ?? null).toBe(reason);
});

test('a message shows the start of a long value', () => {
  const { reason } = faultBySchema(member({ maxLength: 5 }), { a: 'x'.repeat(10_000) }) ?? { reason: '' };
  expect(reason).toBe(`Validation failed for field 'a'. Failure reason: '${'x'.repeat(199)}... is too long`);
});

test.each([
  ['{"multipleOf": 0.25}', '0.50', null],
  [
    '{"minimum": 9007199254740993}',
    '9007199254740992',
    '9007199254740992 is less than the minimum of 9007199254740993',
  ],
  ['{"enum": [9007199254740993]}', '9007199254740993', null],
  ['{"const": 9007199254740992}', '9007199254740993', '9007199254740992 was expected'],
  ['{"type": "integer"}', '1.0', null],
  [
    '{"type": "integer", "multipleOf": 7}',
    '7000000000000000000000000000000008',
    '7000000000000000000000000000000008 is not a multiple of 7',
  ],
  ['{"maxItems": 1.0}', '[1, 2]', '[1, 2] is too long'],
])('the schema %s checks the number %s to the digit', (schema, value, message) => {
  const fault = faultBySchema(readJson(`{"properties": {"a": ${schema}}, "required": ["a"]}`) as JsonObject, {
    a: readJson(value),
  });
  expect(fault?.reason.split('Failure reason: ')[1] ?? null).toBe(message);
});

describe('parts of a schema that are only referred to', () => {
  const values: Json[] = [null, true, 1, 'a', [], [1, 'a'], {}, { a: 1, b: 'x' }];

  // The schema of schemas does not see them.
  test.each([...KEYWORDS.keys()])('the keyword %s with any argument gives an answer', (keyword) => {
    for (const argument of [
      ...values,
      false,
      ['a', 'b'],
      [{}, true],
      { a: {} },
      { a: ['b'] },
      '#/nothing',
      '#',
      '#x',
      'y',
      '#/x/1',
      0,
    ])
      for (const rest of [{}, { properties: 1 }, { prefixItems: [true] }, { patternProperties: { z: true } }])
        for (const value of values)
          expect(() => faultBySchema({ x: { ...rest, [keyword]: argument }, $ref: '#/x' }, value)).not.toThrow();
  });
});

test('at most ten reasons are returned, and at most twenty names in one', () => {
  const { reason } = faultBySchema({ required: list(30, (i) => `r${i}`) }, {}) ?? { reason: '' };
  expect(reason.split('. ').filter((part) => part.startsWith('Validation failed'))).toHaveLength(10);
  expect(reason).toContain('There are more faults');
  const many = faultBySchema(
    { additionalProperties: false },
    object(30, (i) => i),
  );
  expect(many?.reason).toContain("'k26', ... were unexpected");
  const long = faultBySchema(member({ type: 'string' }), { a: list(1000, (i) => ({ name: `item ${i}` })) });
  expect(long?.reason.length).toBeLessThan(400);
});

test('a bug is not taken for a fault of the schema', () => {
  const bug = new Error('bug');
  expect(() =>
    asFault(() => {
      throw bug;
    }),
  ).toThrow(bug);
});
