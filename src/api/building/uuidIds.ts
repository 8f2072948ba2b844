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
  description: 'A UUID. Inputs may be in upper case, answers are in lower case. Anything else is BAD_USER_INPUT.',
  serialize: (id) => String(id),
  parseValue: (value) => uuidFrom(value),
  parseLiteral: (node) => uuidFrom(literalValue(node), node),
});

/**
 * Puts an `ID` that takes nothing but UUIDs in the place of GraphQL's own, in a schema that was just built: Pothos always
 * takes GraphQL's. So a malformed id is refused while the document is read, with the name of its variable or its place,
 * and no resolver, action or statement ever sees one.
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
  if (isNonNullType(type)) return new GraphQLNonNull(replaced(type.ofType) as typeof type.ofType); // of the same kind
  if (isListType(type)) return new GraphQLList(replaced(type.ofType) as typeof type.ofType); // of the same kind
  return type;
}
