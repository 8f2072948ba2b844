import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from '../../core/values/page.ts';

/** A list in an operation: the length of its page, and the lists within each of its rows. */
export interface PageField {
  size: number | { variable: string; otherwise: number };
  within: PageField[];
}

export type Variables = { readonly [name: string]: unknown };

/** Returns the maximum number of rows in an operation's pages: 200 runs with 200 task runs each are 200 + 40,000. */
export function pageCost(fields: PageField[], variables: Variables): number {
  let rows = 0;
  for (const { size, within } of fields) {
    const length = typeof size === 'number' ? size : pageSize(variables[size.variable] ?? size.otherwise);
    rows += length * (1 + pageCost(within, variables));
  }
  return rows;
}

/** Clamps the size. The field itself rejects an invalid size. */
const pageSize = (value: unknown): number =>
  typeof value === 'number' ? Math.min(Math.max(value, 0), MAX_PAGE_SIZE) : DEFAULT_PAGE_SIZE;

/** Returns the lists of one operation of a valid document as a tree. The limit on fields also limits its size. */
export function pageFields(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): PageField[] {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);

  function sizeOf(field: FieldNode): PageField['size'] {
    const given = field.arguments?.find(({ name }) => name.value === 'first' || name.value === 'last')?.value;
    if (given?.kind !== Kind.VARIABLE) return literalSize(given);
    const variable = given.name.value;
    const definition = operation.variableDefinitions?.find((defined) => defined.variable.name.value === variable);
    return { variable, otherwise: literalSize(definition?.defaultValue) };
  }

  function within(selectionSet: SelectionSetNode | undefined, type: GraphQLNamedType | undefined): PageField[] {
    return (selectionSet?.selections ?? []).flatMap((selection): PageField[] => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = fragments.get(selection.name.value);
        return within(fragment?.selectionSet, fragment && schema.getType(fragment.typeCondition.name.value));
      }
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const narrowed = selection.typeCondition && schema.getType(selection.typeCondition.name.value);
        return within(selection.selectionSet, narrowed ?? type);
      }
      const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[selection.name.value] : undefined;
      if (!field) return []; // introspection, or a union's __typename
      const inner = within(selection.selectionSet, getNamedType(field.type));
      // A list that is not paged declares its maximum length.
      if (typeof field.extensions.rows === 'number') return [{ size: field.extensions.rows, within: inner }];
      const isPage = field.args.some(({ name }) => name === 'first');
      return isPage ? [{ size: sizeOf(selection), within: inner }] : inner;
    });
  }
  return within(operation.selectionSet, schema.getRootType(operation.operation) ?? undefined);
}

const literalSize = (value: ValueNode | undefined): number =>
  value?.kind === Kind.INT ? pageSize(Number(value.value)) : DEFAULT_PAGE_SIZE;
