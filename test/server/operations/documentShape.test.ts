import {
  buildSchema,
  OverlappingFieldsCanBeMergedRule,
  parse,
  specifiedRules,
  ValuesOfCorrectTypeRule,
  validate,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { ClientError } from '../../../src/server/observing/clientError.ts';
import { createDocumentCache } from '../../../src/server/operations/documentCache.ts';
import { literalTypes, shapedDocument } from '../../../src/server/operations/documentShape.ts';
import { random } from '../../support/random.ts';

const shaped = (text: string) => shapedDocument(parse(text));

describe('the shape of a document', () => {
  test.each([
    ['{ a(b: 12, c: "x y") }', '{ a(b: 0, c: "") }', ['12', 'x y']],
    ['{ a(b: -1.5e3, c: "\\"quoted\\\\") { d2 } }', '{ a(b: 0, c: "") { d2 } }', ['-1.5e3', '"quoted\\']],
    ['query q1($v1: Int = 3) { f_2(x: $v1) }', 'query q1($v1: Int = 0) { f_2(x: $v1) }', ['3']],
    ['{ a(b: true, c: null, d: RED) }', '{ a(b: true, c: null, d: RED) }', []],
    ['{ a(b: "# no comment") }', '{ a(b: "") }', ['# no comment']],
    ['{ a(b: ["1", "2"]) }', '{ a(b: ["", ""]) }', ['1', '2']],
    ['{ a # { b "\n }', '{ a }', []],
    ['{ a(b: """block "quoted" 1""") }', '{ a(b: "") }', ['block "quoted" 1']],
  ])('the document %s has the shape of %s', (text, alike, values) => {
    const { shape, literals } = shaped(text);
    expect(shape).toBe(shaped(alike).shape);
    expect(literals.map(({ value }) => value)).toEqual(values);
  });

  test.each(['{ b(b: 1) }', '{ a(b: "") }', '{ a(b: [1]) }', '{ a(b: $c) }', '{ a(b: 1) { c } }'])(
    'the document %s has another shape than one with a number',
    (text) => {
      expect(shaped(text).shape).not.toBe(shaped('{ a(b: 1) }').shape);
    },
  );
});

const schema = buildSchema(`
  type Query { f(id: ID, count: Int, text: String, in: In, any: Any): Query, n: Int }
  scalar Any
  input In { one: Int!, two: [String!], color: Color }
  enum Color { RED }
`);
const limits = { bytes: 100_000, tokens: 1000, depth: 10, aliases: 100, fields: 1000 };
const present = (error: unknown) => new ClientError({ code: 'BAD_REQUEST', message: String(error) });
const open = () => createDocumentCache(schema, limits, present);

/** Whether the syntax is valid. */
const isRead = (text: string) => !text.includes('\\x');

/** Documents of one shape, valid and invalid ones. */
const SAME_SHAPE = [
  '{ f(id: "a", count: 1, in: {one: 1, two: ["x"]}) { n } }',
  '{ f(id: "b", count: 2, in: {one: 2, two: ["y"]}) { n } }',
  '{ f(id: "b", count: 2.5, in: {one: 2, two: ["y"]}) { n } }',
  '{ f(id: "b", count: 99999999999, in: {one: 2, two: ["y"]}) { n } }',
];
/** Documents of one shape with odd values: an escape, an integer instead of a float, a string instead of a number. */
const ODD = [
  '{ f(text: "a", count: 1, id: 1) { n } }',
  '{ f(text: "\\u0041", count: 1, id: 2) { n } }',
  '{ f(text: "\\x", count: 1, id: 2) { n } }',
  '{ f(text: "a", count: 1, id: 2.5) { n } }',
];
const ANY = ['{ f(any: {a: [1, "x"]}) { n } }', '{ f(any: {a: [2, "y"]}) { n } }', '{ f(any: {a: [2, "\\x"]}) { n } }'];
const MERGED = ['{ a: f(count: 1) { n } a: f(count: 1) { n } }', '{ a: f(count: 1) { n } a: f(count: 2) { n } }'];

test.each([
  ['values', SAME_SHAPE],
  ['odd values', ODD],
  ['values of a custom scalar', ANY],
  ['fields to be merged', MERGED],
])('documents of one shape with %s get the errors they get alone', (_, texts) => {
  expect(new Set(texts.filter(isRead).map((text) => shaped(text).shape)).size).toBe(1);
  const documents = open();
  const errorsOf = (reading: ReturnType<typeof documents.read>) => ('errors' in reading ? reading.errors : []);
  for (const text of [...texts, ...texts])
    expect(errorsOf(documents.read(text)), text).toEqual(errorsOf(open().read(text)));
  expect(errorsOf(documents.read(texts.at(-1) ?? ''))).not.toEqual([]);
});

test('only two validation rules depend on values', () => {
  const valueRules: unknown[] = [ValuesOfCorrectTypeRule, OverlappingFieldsCanBeMergedRule];
  const others = specifiedRules.filter((rule) => !valueRules.includes(rule));
  for (const text of [...SAME_SHAPE, ...MERGED]) expect(validate(schema, parse(text), others), text).toEqual([]);
});

test.each([
  ['are in order', 'query ($n: Int = 3) { f(id: "a", in: {two: ["x", "y"], one: $n}) { n } }', 'Int ID String String'],
  ['are unknown if fields may be merged', MERGED[0], undefined],
  ['are unknown if there are fragments', '{ ... { f(count: 1) { n } } }', undefined],
  ['are unknown inside a custom scalar', ANY[0], undefined],
])('the types of literals %s', (_, text = '', types) => {
  expect(literalTypes(schema, parse(text))?.join(' ')).toBe(types);
});

test('a repeated document is cached, also with values', () => {
  const documents = open();
  const [first = '', second = ''] = SAME_SHAPE;
  documents.read(first);
  const once = documents.read(second);
  const twice = documents.read(second);
  expect(twice).not.toBe(once);
  expect(documents.read(second)).toBe(twice);
});

const LITERALS = ['1', '-3', '2.5', '1e9', '99999999999', '""', '"a"', '"\\u0041"', '"\\""', '"\\q"', '"# { 1"'];
const HOLES = [
  '{ f(id: _, count: _, text: _) { n } }',
  '{ f(in: {one: _, two: [_, _]}) { n f(id: _) { n } } }',
  '{ f(in: {one: _, two: _}, any: _) { n } }',
  '{ f(any: {a: _, b: [_]}) { n } }',
  '{ a: f(count: _) { n } a: f(count: _) { n } }',
  'query ($n: Int = _, $s: [String!] = [_]) { f(count: $n, text: _, in: {one: 1, two: $s}) { n @skip(if: false) } }',
];

test.each(HOLES)('a document with any values in %s gets the errors it gets alone', (holes) => {
  const documents = open();
  const verdicts = new Set<boolean>();
  const { one } = random(1);
  for (let round = 0; round < 300; round++) {
    const text = holes.replaceAll('_', () => one(LITERALS));
    const [alone, together] = [open().read(text), documents.read(text)].map((reading) =>
      'errors' in reading ? reading.errors : [],
    );
    expect(together, text).toEqual(alone);
    verdicts.add(alone?.length === 0);
  }
  expect(verdicts).toEqual(new Set([true, false]));
});
