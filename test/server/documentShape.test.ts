import { buildSchema, parse, specifiedRules, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { documentShape, VALUE_RULES } from '../../src/server/documentShape.ts';
import { createDocuments } from '../../src/server/documents.ts';
import { PresentedError } from '../../src/server/presentedError.ts';

describe('the shape of a document', () => {
  test.each([
    ['{ a(b: 12, c: "x y") }', '{ a(b: 0, c: "") }'],
    ['{ a(b: -1.5e3, c: "\\"quoted\\\\") { d2 } }', '{ a(b: 0, c: "") { d2 } }'],
    ['query q1($v1: Int = 3) { f_2(x: $v1) }', 'query q1($v1: Int = 0) { f_2(x: $v1) }'],
    ['{ a(b: true, c: null, d: RED) }', '{ a(b: true, c: null, d: RED) }'],
    ['{ a(b: "# no comment") }', '{ a(b: "") }'],
    ['{ a(b: ["1", "2"]) }', '{ a(b: ["", ""]) }'],
  ])('of %s is %s', (text, shape) => {
    expect(documentShape(text)).toBe(shape);
  });

  test.each(['{ a # { b "\n }', '{ a(b: """block "quoted" 1""") }'])('%s has none', (text) => {
    expect(documentShape(text)).toBeNull();
  });
});

const schema = buildSchema(`
  type Query { f(id: ID, count: Int, text: String, in: In): Query, n: Int }
  input In { one: Int!, two: [String!], color: Color }
  enum Color { RED }
`);
const limits = { tokens: 1000, depth: 10, aliases: 100, fields: 1000 };
const present = (error: unknown) => new PresentedError({ code: 'BAD_REQUEST', message: String(error) });
const open = () => createDocuments(schema, limits, present);

/** Documents of one shape, good ones and bad ones. */
const SAME_SHAPE = [
  '{ f(id: "a", count: 1, in: {one: 1, two: ["x"]}) { n } }',
  '{ f(id: "b", count: 2, in: {one: 2, two: ["y"]}) { n } }',
  '{ f(id: "b", count: 2.5, in: {one: 2, two: ["y"]}) { n } }',
  '{ f(id: "b", count: 99999999999, in: {one: 2, two: ["y"]}) { n } }',
];
const MERGED = ['{ a: f(count: 1) { n } a: f(count: 1) { n } }', '{ a: f(count: 1) { n } a: f(count: 2) { n } }'];

test.each([
  ['values', SAME_SHAPE],
  ['fields to be merged', MERGED],
])('documents of one shape are judged for their %s as if each came alone', (_, texts) => {
  expect(new Set(texts.map(documentShape)).size).toBe(1);
  const documents = open();
  const errorsOf = (reading: ReturnType<typeof documents.read>) => ('errors' in reading ? reading.errors : []);
  for (const text of texts) expect(errorsOf(documents.read(text)), text).toEqual(errorsOf(open().read(text)));
  expect(errorsOf(documents.read(texts.at(-1) ?? ''))).not.toEqual([]);
});

test('no other rule looks at values', () => {
  const others = specifiedRules.filter((rule) => !(VALUE_RULES as unknown[]).includes(rule));
  for (const text of [...SAME_SHAPE, ...MERGED]) expect(validate(schema, parse(text), others), text).toEqual([]);
});
