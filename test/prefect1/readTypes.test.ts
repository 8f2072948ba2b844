import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  GraphQLObjectType,
  GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isObjectType,
  parse,
  validate,
} from 'graphql';
import { expect, test } from 'vitest';
import { readQueryFields } from '../../src/prefect1/reads/readFields.ts';

const fixture = (name: string) =>
  JSON.parse(readFileSync(path.join(import.meta.dirname, '../fixtures/prefect1', name), 'utf8'));

/**
 * The read types of the old server, one text per type with its kind and members. `...flow` stands for the five arguments of
 * a list of flows.
 */
const oldTypes: { [type: string]: string } = fixture('readTypes.json');

const schema = new GraphQLSchema({ query: new GraphQLObjectType({ name: 'Query', fields: readQueryFields }) });

const argumentsText = (args: readonly GraphQLArgument[]) =>
  args.length === 0 ? '' : `(${args.map(({ name, type }) => `${name}: ${type}`).join(', ')})`;
const LIST =
  /distinct_on: \[(\w+)_select_column!\], limit: Int, offset: Int, order_by: \[\1_order_by!\], where: \1_bool_exp/;

const memberText = (field: GraphQLField<unknown, unknown> | GraphQLInputField) =>
  `${field.name}${argumentsText('args' in field ? field.args : [])}: ${field.type}`.replace(LIST, '...$1');

function typeText(name: string): string {
  const type = schema.getType(name);
  if (isEnumType(type))
    return `enum ${type
      .getValues()
      .map((value) => value.name)
      .join('; ')}`;
  if (isInputObjectType(type)) return `input ${Object.values(type.getFields()).map(memberText).join('; ')}`;
  if (isObjectType(type)) return `type ${Object.values(type.getFields()).map(memberText).join('; ')}`;
  return 'missing';
}

/** The root fields were in another order. */
const withSortedMembers = (text: string) => text.split('; ').sort().join('; ');

test.each(Object.entries(oldTypes).filter(([name]) => name !== 'Query'))(
  'the type %s equals the one of the old server',
  (name, text) => expect(typeText(name)).toBe(text),
);

test('the root fields equal those of the old server', () => {
  const withoutKind = (text = '') => withSortedMembers(text.replace('type ', ''));
  expect(withoutKind(typeText('Query'))).toBe(withoutKind(oldTypes.Query));
});

test('the read schema has no types beyond those of the old server', () => {
  const ours = Object.values(schema.getTypeMap()).filter(
    (type) => !type.name.startsWith('__') && (isObjectType(type) || isInputObjectType(type) || isEnumType(type)),
  );
  expect(ours.map(({ name }) => name).sort()).toEqual(Object.keys(oldTypes).sort());
  expect(ours.length).toBe(284);
});

test('list arguments accept single values and lists', () => {
  const one = '{ flow(where: { _and: { name: { _eq: "a" } } }, order_by: { name: asc }, distinct_on: name) { id } }';
  const many = '{ flow(where: { _and: [{}] }, order_by: [{ name: asc }], distinct_on: [name]) { id } }';
  for (const document of [one, many]) expect(validate(schema, parse(document))).toEqual([]);
});
