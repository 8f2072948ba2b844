import {
  __Schema,
  __Type,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getNamedType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { Problem } from '../../core/values/problem.ts';

// GraphiQL's query has 50,000 values. They take 60 ms and are 1 MB of JSON.
const MAX_VALUES = 100_000;

/** Parts of the schema, such as types and arguments, and how often each is in the answer. */
type Parts = Map<unknown, number>;

/**
 * Throws QUERY_TOO_COMPLEX if the introspection in a valid document returns too many values. An answer repeats the parts
 * of the schema as often as the document likes: 27 aliases of `__schema` are 15 MB. So this counts how often each part is
 * in the answer, and does not look at any part for each time it occurs. It stops at the limit, and every part that it
 * looks at is a value of the answer, so its own time has the same limit.
 */
export function checkIntrospection(schema: GraphQLSchema, document: DocumentNode): void {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  let values = 0;

  function eachField(selectionSet: SelectionSetNode | undefined, visit: (field: FieldNode) => void): void {
    for (const selection of selectionSet?.selections ?? [])
      if (selection.kind === Kind.FIELD) visit(selection);
      else if (selection.kind === Kind.INLINE_FRAGMENT) eachField(selection.selectionSet, visit);
      else eachField(fragments.get(selection.name.value)?.selectionSet, visit);
  }

  function countWithin(field: FieldNode, type: GraphQLObjectType, parts: Parts): void {
    const total = [...parts.values()].reduce((sum, times) => sum + times, 0);
    eachField(field.selectionSet, (selected) => {
      values += total;
      if (values > MAX_VALUES)
        throw new Problem(
          'QUERY_TOO_COMPLEX',
          `The introspection can return more than ${MAX_VALUES} values. Request fewer fields, or the schema once.`,
          { limit: 'introspection', max: MAX_VALUES },
        );
      const definition = type.getFields()[selected.name.value];
      const inner = definition && getNamedType(definition.type);
      if (!isObjectType(inner)) return;
      const found: Parts = new Map();
      // graphql's resolvers of introspection use no other argument, no context, and only the schema.
      for (const [part, times] of parts)
        for (const one of listOf(definition?.resolve?.(part, ALL, null, { schema } as GraphQLResolveInfo)))
          found.set(one, (found.get(one) ?? 0) + times);
      countWithin(selected, inner, found);
    });
  }

  function countIn(field: FieldNode): void {
    if (field.name.value === '__schema') countWithin(field, __Schema, new Map([[schema, 1]]));
    // Any one type: its name may be in a variable. All types together have at least as many values.
    else if (field.name.value === '__type')
      countWithin(field, __Type, new Map(Object.values(schema.getTypeMap()).map((type) => [type, 1])));
    else eachField(field.selectionSet, countIn);
  }

  for (const definition of document.definitions)
    if (definition.kind === Kind.OPERATION_DEFINITION) {
      values = 0;
      eachField(definition.selectionSet, countIn);
    }
}

const ALL = { includeDeprecated: true };

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : value == null ? [] : [value]);
