import { buildSchema, execute, parse, print, validate } from 'graphql';
import { expect, test } from 'vitest';
import { hoistedLiterals } from '../../../src/server/operations/hoistedLiterals.ts';

const schema = buildSchema(`
  enum Colour { RED GREEN }
  input Where { any: [Where!], text: String, colour: Colour = GREEN }
  type Row { rows(where: Where!): [Row!]!, text: String }
  type Query { rows(where: Where): [Row!]! }
`);
const long = `{any: [{colour: RED, text: "${'x'.repeat(200)}"}]}`;

/** Executes a document and its changed form, and counts the coerced values that are not the same object. */
function executed(text: string, variableValues = {}) {
  const document = parse(text);
  expect(validate(schema, document)).toEqual([]);
  const changed = hoistedLiterals(schema, document);
  expect(validate(schema, changed).filter(({ message }) => !message.includes('is never used'))).toEqual([]);
  const [before, after] = [document, changed].map((one) => {
    const seen: unknown[] = [];
    const rowsOf = (count: number) => Array.from({ length: count }, () => ({ rows: note, text: 't' }));
    const note = ({ where }: { where: unknown }) => {
      seen.push(where);
      return rowsOf(1);
    };
    const result = execute({ schema, document: one, rootValue: { rows: () => rowsOf(3) }, variableValues });
    return { result, seen };
  });
  expect(after).toEqual(before);
  return { text: print(changed), objects: new Set(after?.seen).size };
}

test('a long literal of a nested field is coerced once for all rows', () => {
  const { text, objects } = executed(`{ rows { rows(where: ${long}) { text } } }`);
  expect(text).toContain('($literal0: Where! = ');
  expect(objects).toBe(1);
});

test('a long literal in a fragment is a variable of each operation', () => {
  const document = `{ rows { ...of } } fragment of on Row { rows(where: ${long}) { text } }`;
  expect(executed(document).objects).toBe(1);
});

test.each([
  ['a short literal', '{ rows { rows(where: {text: "a"}) { text } } }'],
  ['a literal of a root field', `{ rows(where: ${long}) { text } }`],
])('%s stays in its place', (_, document) => expect(executed(document).text).not.toContain('$'));

test('a literal with a variable stays in its place, and the names of variables stay free', () => {
  const of = (value: string) => `rows(where: {any: [${long}], text: ${value}}) { text }`;
  const document = `query ($literal0: String) { rows { a: ${of('$literal0')} b: ${of('"b"')} } }`;
  const { text } = executed(document, { literal0: 'given' });
  expect(text).toContain('$literal0_: Where! = ');
  expect(text).toContain('text: $literal0}');
});
