import {
  type DocumentNode,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLLeafType,
  GraphQLScalarType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  typeFromAST,
  type VariableDefinitionNode,
  valueFromAST,
} from 'graphql';
import { ExactNumber } from '../../core/values/exactNumber.ts';
import type { Variables } from './pageCost.ts';
import { EXACT_SCALARS } from './plainNumbers.ts';

// The variables of a large request are read in one pass by functions that are made once for each type. graphql makes a path for
// each value, for its errors. For 250 log lines, replacing numbers, checking and coercing were three passes, which took 34 % of
// the server's time; this takes 9 %. A value with a fault is left to graphql, for its message.

type Coerce = (value: unknown) => unknown;

const FAULT = new Error('the value does not have its type');

/**
 * Returns the variables as graphql coerces them, without exact numbers outside of JSON. Null if a variable has a fault.
 */
export function coerceVariables(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Variables,
): Variables | null {
  const coerced: { [name: string]: unknown } = {};
  try {
    for (const definition of variableDefinitions) {
      const { value: name } = definition.variable.name;
      const type = typeFromAST(schema, definition.type);
      if (!isInputType(type)) return null;
      if (Object.hasOwn(variables, name)) coerced[name] = coercerOf(type)(variables[name]);
      else if (definition.defaultValue) coerced[name] = valueFromAST(definition.defaultValue, type);
      else if (isNonNullType(type)) return null;
    }
    return coerced;
  } catch {
    return null;
  }
}

const coercers = new WeakMap<GraphQLInputType, Coerce>();

function coercerOf(type: GraphQLInputType): Coerce {
  const known = coercers.get(type) ?? newCoercer(type);
  coercers.set(type, known);
  return known;
}

function newCoercer(type: GraphQLInputType): Coerce {
  if (isNonNullType(type)) {
    const coerce = coercerOf(type.ofType);
    return (value) => (value == null ? fault() : coerce(value));
  }
  const coerce = isListType(type)
    ? listCoercer(coercerOf(type.ofType))
    : isInputObjectType(type)
      ? objectCoercer(type)
      : leafCoercer(type);
  return (value) => (value == null ? null : coerce(value));
}

function fault(): never {
  throw FAULT;
}

const listCoercer =
  (item: Coerce): Coerce =>
  (value) =>
    Array.isArray(value) ? value.map(item) : [item(value)];

function leafCoercer(type: GraphQLLeafType): Coerce {
  // For an unknown name, `parseValue` searches similar ones, which takes 0.1 s for a name of 10 MB.
  if (isEnumType(type))
    return (value) => {
      const known = typeof value === 'string' ? type.getValue(value) : null;
      return known ? known.value : fault();
    };
  const isExact = EXACT_SCALARS.has(type.name);
  return (value) => {
    const parsed = type.parseValue(value instanceof ExactNumber && !isExact ? Number(value) : value);
    return parsed === undefined ? fault() : parsed;
  };
}

function objectCoercer(type: GraphQLInputObjectType): Coerce {
  // At the first value, because a type may contain itself.
  let fields: { name: string; coerce: Coerce; otherwise: unknown; isRequired: boolean }[] | null = null;
  return (value) => {
    if (typeof value !== 'object' || Array.isArray(value)) fault();
    fields ??= Object.values(type.getFields()).map(({ name, type: of, defaultValue }) => ({
      name,
      coerce: coercerOf(of),
      otherwise: defaultValue,
      isRequired: isNonNullType(of),
    }));
    const given = value as { readonly [name: string]: unknown }; // checked above
    const coerced: { [name: string]: unknown } = {};
    let known = 0;
    for (const { name, coerce, otherwise, isRequired } of fields) {
      const field = given[name];
      if (field !== undefined) {
        coerced[name] = coerce(field);
        known += 1;
      } else if (otherwise !== undefined) coerced[name] = otherwise;
      else if (isRequired) fault();
    }
    if (Object.keys(given).length !== known) fault();
    if (type.isOneOf && !isOneOf(coerced)) fault();
    return coerced;
  };
}

const isOneOf = (fields: object): boolean => {
  const values = Object.values(fields);
  return values.length === 1 && values[0] !== null;
};

/** The name is no GraphQL name, so that no document can contain it. */
const COERCED = 'coerced value';
const coercedType = new GraphQLScalarType({ name: 'Coerced' });

/** Returns the schema with a type for variables that are coerced already, which graphql's executor takes as they are. */
export const withCoercedType = (schema: GraphQLSchema): GraphQLSchema =>
  // A schema's own types cannot be changed, and clients must not see this one.
  Object.create(schema, {
    getType: { value: (name: string) => (name === COERCED ? coercedType : schema.getType(name)) },
  });

/** Returns the document with that type for the variables of an operation. */
export const takingCoerced = (document: DocumentNode, operation: OperationDefinitionNode): DocumentNode => ({
  ...document,
  definitions: document.definitions.map((definition) =>
    definition === operation
      ? { ...operation, variableDefinitions: (operation.variableDefinitions ?? []).map(takingAny) }
      : definition,
  ),
});

const takingAny = ({ kind, variable }: VariableDefinitionNode): VariableDefinitionNode => ({
  kind,
  variable,
  type: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: COERCED } },
});
