import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLNamedInputType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  OperationTypeNode,
} from 'graphql';
import { argumentsWith } from '../operations/hostileValues.ts';
import { list, type Oversize, oversizeOfPlace, oversizeOfType, smallValue } from './oversizeValues.ts';

export interface OversizeRequest {
  name: string;
  /** For example `query flows`. */
  field: string;
  operation: OperationTypeNode;
  query: string;
  /** JSON text. */
  variables: string;
}

/** An argument, or an input field in it, that takes values of a type. */
interface Place {
  path: (string | number)[];
  type: GraphQLNamedInputType;
  isList: boolean;
}

/**
 * Returns a request for every place in the arguments of the root fields. An input type is walked the first time it
 * occurs. The first place of a scalar gets values of all kinds, each further place one; a place for a list gets a long
 * list of valid entries.
 */
export function oversizeRequests(schema: GraphQLSchema): OversizeRequest[] {
  const walked = new Set<GraphQLNamedInputType>();
  const tried = new Set<string>();
  let further = 0;

  function placesWithin(type: GraphQLInputType, path: Place['path'], isFilter: boolean, isList = false): Place[] {
    if (isNonNullType(type)) return placesWithin(type.ofType, path, isFilter, isList);
    if (isListType(type)) return placesWithin(type.ofType, path, isFilter, true);
    const place = { path, type, isList };
    if (!isInputObjectType(type) || walked.has(type)) return [place];
    walked.add(type);
    const within = isList ? [...path, 0] : path;
    const fields = Object.values(type.getFields());
    // Mutations check each field by its name. The fields of a filter, such as the columns of a table, are read alike.
    const isSeen = (field: GraphQLInputField, index: number) =>
      isFilter && fields.findIndex((other) => String(other.type) === String(field.type)) < index;
    return [
      place,
      ...fields.flatMap((field, index) =>
        isSeen(field, index) ? [] : placesWithin(field.type, [...within, field.name], isFilter),
      ),
    ];
  }

  function valuesOf({ type, isList }: Place): Oversize[] {
    const kind = kindOf(type);
    const isFirst = !tried.has(kind);
    tried.add(kind);
    const lists = isList ? [{ name: 'a list of valid entries', json: list(smallValue(type), isFirst ? 2 : 6) }] : [];
    if (isFirst) return [...lists, ...oversizeOfType(type)];
    further += 1;
    return lists.length > 0 ? lists : [oversizeOfPlace(further)];
  }

  return rootFields(schema).flatMap(([operation, field]) =>
    field.args
      .flatMap(({ name, type }) => placesWithin(type, [name], operation !== OperationTypeNode.MUTATION))
      .flatMap((place) =>
        valuesOf(place).map(({ name, json }) => ({
          operation,
          field: `${operation} ${field.name}`,
          name: `${operation} ${field.name}, ${place.path.join('.')}: ${name}`,
          query: documentOf(operation, field),
          variables: variablesWith(field.args, place, json),
        })),
      ),
  );
}

/** graphql reads all enums alike, and all input objects; each scalar has code of its own. */
const kindOf = (type: GraphQLNamedInputType): string =>
  isEnumType(type) ? 'an enum' : isInputObjectType(type) ? 'an input object' : type.name;

type Field = GraphQLField<unknown, unknown>;

const rootFields = (schema: GraphQLSchema) =>
  Object.values(OperationTypeNode).flatMap((operation) =>
    Object.values(schema.getRootType(operation)?.getFields() ?? {}).map((field) => [operation, field] as const),
  );

function documentOf(operation: OperationTypeNode, { name, args, type }: Field): string {
  const variables = args.map((arg) => `$${arg.name}: ${arg.type}`).join(', ');
  const values = args.map((arg) => `${arg.name}: $${arg.name}`).join(', ');
  const selection = isLeafType(getNamedType(type)) ? '' : '{ __typename }';
  return `${operation} ${variables && `(${variables})`} { ${name} ${values && `(${values})`} ${selection} }`;
}

const MARK = '@@value@@';

function variablesWith(args: readonly (GraphQLArgument | GraphQLInputField)[], place: Place, json: string): string {
  const text = JSON.stringify(argumentsWith(args, place, MARK, {}));
  const [before = '', after = ''] = text.split(`"${MARK}"`);
  return before + json + after;
}
