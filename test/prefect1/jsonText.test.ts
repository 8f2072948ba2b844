import {
  GraphQLInputObjectType,
  type GraphQLInputType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLScalarType,
  GraphQLString,
  parseValue,
  valueFromAST,
} from 'graphql';
import { expect, test } from 'vitest';
import { readJsonText } from '../../src/prefect1/operations/jsonText.ts';

const JSON_TYPE = new GraphQLScalarType({ name: 'JSON' });
const STATE = new GraphQLInputObjectType({
  name: 'state',
  fields: { json: { type: JSON_TYPE }, text: { type: GraphQLString } },
});
const STATES = new GraphQLNonNull(new GraphQLList(STATE));

const read = (text: string, type: GraphQLInputType) => {
  const node = parseValue(text);
  return readJsonText(valueFromAST(node, type, { held: '{"a":1}' }), node, type);
};

test.each<[string, GraphQLInputType, unknown]>([
  ['"{\\"a\\": [1, null]}"', JSON_TYPE, { a: [1, null] }],
  ['"\\"text\\""', JSON_TYPE, 'text'],
  ['"null"', JSON_TYPE, null],
  ['null', JSON_TYPE, null],
  ['{ a: "1" }', JSON_TYPE, { a: '1' }],
  ['$held', JSON_TYPE, '{"a":1}'],
  ['{ json: "[1]", text: "[1]" }', STATE, { json: [1], text: '[1]' }],
  ['{ json: $held }', STATE, { json: '{"a":1}' }],
  ['{ json: null }', STATE, { json: null }],
  ['[{ json: "1" }, { json: "2" }]', STATES, [{ json: 1 }, { json: 2 }]],
  // A single item counts as a list of one.
  ['{ json: "1" }', STATES, [{ json: 1 }]],
  ['"text"', GraphQLString, 'text'],
])('the JSON literal %s is read', (text, type, value) => expect(read(text, type)).toEqual(value));

test('a string that is not JSON is rejected', () => {
  expect(() => read('{ json: "{a: 1}" }', STATE)).toThrow('is not JSON');
});
