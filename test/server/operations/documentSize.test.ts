import { buildSchema, getIntrospectionQuery, parse } from 'graphql';
import { expect, test } from 'vitest';
import { checkSize } from '../../../src/server/operations/documentSize.ts';
import { pageCost, pageFields } from '../../../src/server/operations/pageCost.ts';

const LIMITS = { bytes: 100_000, tokens: 1_000, depth: 4, aliases: 3, fields: 12 };

test.each([
  ['four levels', '{ a { b { c { d } } } }'],
  ['three aliases', '{ a: x b: x c: x }'],
  ['twelve fields', `{ ${'x '.repeat(12)} }`],
  ['deep introspection', '{ __schema { types { ofType { ofType { ofType { name } } } } } }'],
  ['an unknown fragment', '{ ...Nothing }'],
  ['a cycle of fragments', '{ ...A } fragment A on Q { a { ...B } } fragment B on Q { ...A }'],
])('a document with %s is within the limits', (_, text) => {
  expect(() => checkSize(parse(text), LIMITS)).not.toThrow();
});

test.each([
  ['five levels', 'depth', '{ a { b { c { d { e } } } } }'],
  ['five levels by a fragment', 'depth', '{ a { b { ...C } } } fragment C on X { c { d { e } } }'],
  ['five levels by an inline fragment', 'depth', '{ a { b { ... { c { ... on X { d { e } } } } } } }'],
  ['four aliases', 'aliases', '{ a: x b: x c: x d: x }'],
  ['two aliases twice', 'aliases', '{ ...A z { ...A } } fragment A on Q { a: x b: x }'],
  ['thirteen fields', 'fields', `{ ${'x '.repeat(13)} }`],
  ['a fragment used too often', 'fields', `{ ${'y { ...A } '.repeat(4)} } fragment A on Q { x y z }`],
  ['an unused fragment', 'depth', '{ x } fragment A on Q { a { b { c { d { e } } } } }'],
])('a document with %s exceeds the limit of %s', (_, limit, text) => {
  expect(() => checkSize(parse(text), LIMITS)).toThrow(
    expect.objectContaining({ code: 'QUERY_TOO_COMPLEX', details: { limit, max: LIMITS[limit as 'depth'] } }),
  );
});

const schema = buildSchema(`
  type Query { runs(first: Int, last: Int): Runs!, run: Run, tags: [String!]! }
  type Runs { nodes: [Run!]! }
  type Run implements Named { name: String, runs(first: Int, last: Int): Runs! }
  interface Named { name: String, runs(first: Int, last: Int): Runs! }
`);

test('the introspection query is within the limits', () => {
  const asked = getIntrospectionQuery({
    inputValueDeprecation: true,
    specifiedByUrl: true,
    directiveIsRepeatable: true,
  });
  expect(() => checkSize(parse(asked), { ...LIMITS, fields: 300 })).not.toThrow();
});

test.each([
  ['{ run { name } tags }', {}, 0],
  ['{ runs { nodes { name } } }', {}, 50],
  ['{ runs(first: 7) { nodes { name } } }', {}, 7],
  ['{ runs(last: 7) { nodes { name } } }', {}, 7],
  ['{ runs(first: 100000) { nodes { name } } }', {}, 200],
  ['query ($n: Int) { runs(first: $n) { nodes { name } } }', { n: 9 }, 9],
  ['query ($n: Int) { runs(first: $n) { nodes { name } } }', {}, 50],
  ['query ($n: Int = 8) { runs(first: $n) { nodes { name } } }', {}, 8],
  ['query ($n: Int) { runs(first: $n) { nodes { name } } }', { n: 'x' }, 50],
  ['query ($n: Int) { runs(first: $n) { nodes { name } } }', { n: -1 }, 0],
  ['{ runs(first: 10) { nodes { runs(first: 5) { nodes { runs(first: 2) { nodes { name } } } } } } }', {}, 160],
  ['{ a: runs(first: 3) { nodes { name } } b: runs(first: 4) { nodes { name } } }', {}, 7],
  ['{ run { runs(first: 3) { nodes { name } } } }', {}, 3],
  [
    '{ runs(first: 3) { ...R } } fragment R on Runs { nodes { ... on Named { runs(first: 2) { nodes { name } } } } }',
    {},
    9,
  ],
])('the document %s with %j reads at most %i rows', (text, variables, rows) => {
  const document = parse(text);
  const operation = document.definitions.find((definition) => definition.kind === 'OperationDefinition');
  if (operation?.kind !== 'OperationDefinition') throw new Error('no operation');
  expect(pageCost(pageFields(schema, document, operation), variables)).toBe(rows);
});
