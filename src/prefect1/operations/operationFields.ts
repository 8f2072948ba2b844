import {
  GraphQLBoolean,
  type GraphQLFieldConfig,
  type GraphQLFieldConfigMap,
  type GraphQLInputFieldConfigMap,
  GraphQLInputObjectType,
  type GraphQLInputType,
  GraphQLInt,
  GraphQLList,
  type GraphQLNamedType,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLScalarType,
  GraphQLString,
  getNullableType,
  isListType,
  parseType,
  type TypeNode,
} from 'graphql';
import { readJsonText } from './jsonText.ts';
import { checkListMaxima, listMaximumText } from './listMaxima.ts';
import { type Fields, MUTATIONS, QUERIES } from './operationTables.ts';
import { ENUMS, NESTED_INPUTS, PAYLOADS } from './operationTypes.ts';
import type { Prefect1Context, Prefect1Doer, Prefect1Operations } from './prefect1Context.ts';
import { enumNamed, Uuid } from './prefect1Scalars.ts';
import type { Prefect1Input } from './readInput.ts';

/** The scalars that both dialects share. A schema has one type per name, so the native schema provides them. */
export interface SharedScalars {
  DateTime: GraphQLScalarType;
  JSON: GraphQLScalarType;
}

export interface Prefect1Fields {
  query: GraphQLFieldConfigMap<unknown, Prefect1Context>;
  mutation: GraphQLFieldConfigMap<unknown, Prefect1Context>;
  types: GraphQLNamedType[];
}

/** Creates GraphQL types and fields from the tables, each field with its operation as the resolver. */
export function operationFields(shared: SharedScalars, operations: Prefect1Operations): Prefect1Fields {
  const types = new Map<string, GraphQLNamedType>();
  const add = (type: GraphQLNamedType) => types.set(type.name, type);
  [GraphQLString, GraphQLBoolean, GraphQLInt, shared.DateTime, shared.JSON, Uuid].forEach(add);
  for (const [name, values] of Object.entries(ENUMS)) add(enumNamed(name, values));

  // The tables use scalars, enums and inputs for inputs, and no inputs elsewhere. The test of the types checks this.
  const inputType = (text: string) => typeOf(parseType(text), types) as GraphQLInputType;
  const outputType = (text: string) => typeOf(parseType(text), types) as GraphQLOutputType;
  const input = (name: string, fields: Fields) =>
    add(new GraphQLInputObjectType({ name, fields: () => withListMaxima(name, typed(fields, inputType)) }));

  for (const [name, fields] of Object.entries(NESTED_INPUTS)) input(name, fields);
  for (const [name, mutation] of Object.entries(MUTATIONS)) input(`${name}_input`, mutation.input);
  for (const [name, fields] of Object.entries(PAYLOADS))
    add(new GraphQLObjectType({ name, fields: () => typed(fields, outputType) }));

  const field = (name: string, says: string, given: Fields, payload: string, resolve: Resolve): [string, Field] => [
    name,
    { description: says, args: typed(given, inputType), type: outputType(payload), resolve },
  ];
  const done = (table: object) => Object.keys(table).filter((name) => Object.hasOwn(operations, name));
  return {
    query: Object.fromEntries(
      done(QUERIES).map((name) => {
        const { says, arguments: given, payload } = QUERIES[name] as (typeof QUERIES)[string]; // one of its keys
        return field(name, says, given, payload, (_, args, context) => doerOf(operations, name)(context, args));
      }),
    ),
    mutation: Object.fromEntries(
      done(MUTATIONS).map((name) => {
        const { says, payload } = MUTATIONS[name] as (typeof MUTATIONS)[string]; // one of its keys
        return field(name, says, { input: `${name}_input!` }, payload, (_, args, context, info) =>
          doerOf(operations, name)(context, readMutationInput(`${name}_input`, args, info)),
        );
      }),
    ),
    types: [...types.values()],
  };
}

type Field = GraphQLFieldConfig<unknown, Prefect1Context>;
type Resolve = (source: unknown, args: Prefect1Input, context: Prefect1Context, info: GraphQLResolveInfo) => unknown;

function doerOf(operations: Prefect1Operations, name: string): Prefect1Doer {
  const doer = operations[name];
  if (!doer) throw new Error(`The operation ${name} has no implementation.`);
  return doer;
}

const typed = <Type>(fields: Fields, typeNamed: (text: string) => Type): { [name: string]: { type: Type } } =>
  Object.fromEntries(Object.entries(fields).map(([name, text]) => [name, { type: typeNamed(text) }]));

function typeOf(node: TypeNode, types: Map<string, GraphQLNamedType>): unknown {
  switch (node.kind) {
    case 'NonNullType':
      return new GraphQLNonNull(typeOf(node.type, types) as GraphQLNamedType); // or a list, never another NonNull
    case 'ListType':
      return new GraphQLList(typeOf(node.type, types) as GraphQLNamedType); // or a list or NonNull
    case 'NamedType': {
      const type = types.get(node.name.value);
      if (!type) throw new Error(`The tables of operations use a type that they do not define: ${node.name.value}.`);
      return type;
    }
  }
}

/** Describes the maximum of each list. */
const withListMaxima = (name: string, fields: GraphQLInputFieldConfigMap): GraphQLInputFieldConfigMap =>
  Object.fromEntries(
    Object.entries(fields).map(([field, config]) =>
      isListType(getNullableType(config.type))
        ? [field, { ...config, description: listMaximumText(name, field) }]
        : [field, config],
    ),
  );

/** Returns the `input` of a mutation, with its JSON literals parsed. Throws LIMIT_EXCEEDED for a list that is too long. */
function readMutationInput(
  inputName: string,
  { input }: Prefect1Input,
  { fieldNodes, parentType, fieldName }: GraphQLResolveInfo,
): Prefect1Input {
  checkListMaxima(inputName, input as Prefect1Input); // its type is a non-null input object
  const node = fieldNodes[0]?.arguments?.find(({ name }) => name.value === 'input')?.value;
  const argument = parentType.getFields()[fieldName]?.args.find(({ name }) => name === 'input');
  const read = argument ? readJsonText(input, node, argument.type) : input;
  return read as Prefect1Input; // as above
}
