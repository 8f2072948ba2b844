import {
  GraphQLID,
  GraphQLList,
  GraphQLNonNull,
  GraphQLScalarType,
  type GraphQLSchema,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { literalValue, uuidFrom } from './scalars.ts';

const UuidID = new GraphQLScalarType<string, string>({
  name: 'ID',
  description: 'A UUID. Input can be in upper case; output is in lower case. Anything else fails with BAD_USER_INPUT.',
  serialize: (id) => String(id),
  parseValue: (value) => uuidFrom(value),
  parseLiteral: (node) => uuidFrom(literalValue(node), node),
});

/**
 * Replaces GraphQL's `ID`, which Pothos always uses, with one that accepts only UUIDs. A malformed id is then rejected
 * while the document is read, with its variable or position, and never reaches a resolver.
 */
export function takeUuidIds(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (isInputObjectType(type)) for (const field of Object.values(type.getFields())) replaceType(field);
    if (isObjectType(type) || isInterfaceType(type))
      for (const field of Object.values(type.getFields())) {
        replaceType(field);
        field.args.forEach(replaceType);
      }
  }
  schema.getTypeMap().ID = UuidID;
}

function replaceType(holder: { type: unknown }): void {
  holder.type = replaced(holder.type);
}

function replaced(type: unknown): unknown {
  if (type === GraphQLID) return UuidID;
  if (isNonNullType(type)) return new GraphQLNonNull(replaced(type.ofType) as typeof type.ofType); // same kind
  if (isListType(type)) return new GraphQLList(replaced(type.ofType) as typeof type.ofType); // same kind
  return type;
}
