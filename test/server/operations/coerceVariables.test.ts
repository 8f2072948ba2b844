import {
  buildSchema,
  execute,
  GraphQLEnumType,
  type GraphQLSchema,
  getVariableValues,
  introspectionFromSchema,
  type OperationDefinitionNode,
  parse,
} from 'graphql';
import { expect, test } from 'vitest';
import { exactNumber } from '../../../src/core/values/exactNumber.ts';
import { coerceVariables, takingCoerced, withCoercedType } from '../../../src/server/operations/coerceVariables.ts';

const schema: GraphQLSchema = buildSchema(`
  scalar JSON
  enum Kind { A B }
  input Tree { name: String! = "root" kind: Kind size: Int limit: Float json: JSON nodes: [Tree!] matrix: [[Int]] }
  input One @oneOf { a: Int b: String }
  type Query { tree(tree: Tree, trees: [Tree!], one: One, n: Int = 7): String }
`);
const document = parse(`query ($tree: Tree, $trees: [Tree!], $one: One, $n: Int! = 3, $plain: Int) {
  tree(tree: $tree, trees: $trees, one: $one, n: $n) other: tree(n: $plain)
}`);
const operation = document.definitions[0] as OperationDefinitionNode; // the document has one

const byGraphql = (variables: { [name: string]: unknown }) =>
  getVariableValues(schema, operation.variableDefinitions ?? [], variables).coerced ?? null;

test.each([
  ['nothing', {}],
  ['nulls', { tree: null, trees: null, one: null, plain: null }],
  ['an empty object', { tree: {} }],
  ['every field', { tree: { name: 'n', kind: 'A', size: 1, limit: 1.5, json: { a: [1] }, matrix: [[1, null], null] } }],
  ['nesting', { tree: { nodes: [{ nodes: [{ size: null }] }, { kind: 'B' }] } }],
  ['values for lists', { trees: { size: 1 }, tree: { nodes: {}, matrix: 4 } }],
  ['one of', { one: { b: 'x' } }],
  ['undeclared variables', { nothing: 1, tree: {} }],
  ['a required value that is null', { n: null }],
  ['an unknown field', { tree: { naming: 'x' } }],
  ['a field of every object', { tree: { constructor: 'x' } }],
  ['a required field that is null', { tree: { name: null } }],
  ['a wrong leaf', { tree: { size: 'x' } }],
  ['a wrong enum', { tree: { kind: 'C' } }],
  ['a null in a list', { trees: [null] }],
  ['a list for an object', { tree: [{}] }],
  ['a text for an object', { tree: 'x' }],
  ['two of one', { one: { a: 1, b: 'x' } }],
  ['none of one', { one: {} }],
  ['null of one', { one: { a: null } }],
])('variables with %s are coerced as by graphql, or left to it', (_, variables) => {
  expect(coerceVariables(schema, operation, variables)).toEqual(byGraphql(variables));
});

test('exact numbers stay exact in JSON only', () => {
  const large = exactNumber('12345678901234567890');
  expect(
    coerceVariables(schema, operation, { plain: exactNumber('10.0'), tree: { json: large, limit: large } }),
  ).toEqual({
    n: 3,
    plain: 10,
    tree: { name: 'root', json: large, limit: 12_345_678_901_234_567_000 },
  });
});

test('an operation with coerced variables gets them as they are, and the schema shows no further type', async () => {
  // A coerced enum is its value, which graphql would reject as an input.
  const { Kind } = schema.getTypeMap();
  if (!(Kind instanceof GraphQLEnumType)) throw new Error('Kind is an enum');
  const value = Symbol('A');
  Object.assign(Kind.getValue('A') ?? {}, { value });
  const coerced = coerceVariables(schema, operation, { tree: { kind: 'A' } });
  const seen: unknown[] = [];
  const executing = withCoercedType(schema);
  const result = await execute({
    schema: executing,
    document: takingCoerced(document, operation),
    variableValues: coerced,
    fieldResolver: (_, args) => void seen.push(args),
  });
  expect(result).toEqual({ data: { tree: null, other: null } });
  expect(seen).toEqual([{ tree: { name: 'root', kind: value }, n: 3 }, { n: 7 }]);
  expect(introspectionFromSchema(executing)).toEqual(introspectionFromSchema(schema));
});
