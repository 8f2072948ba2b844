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
  size: (variables: Variables) => number;
  within: PageField[];
}

export type Variables = { readonly [name: string]: unknown };

/** Returns the maximum number of rows in an operation's pages: 200 runs with 200 task runs each are 200 + 40,000. */
export function pageCost(fields: PageField[], variables: Variables): number {
  let rows = 0;
  for (const { size, within } of fields) rows += size(variables) * (1 + pageCost(within, variables));
  return rows;
}

/** The kinds of sized lists: an argument that tells the kind, the arguments that set the length, and the default. */
const SIZED_BY: { sign: string; arguments: readonly string[]; otherwise: number }[] = [
  { sign: 'first', arguments: ['first', 'last'], otherwise: DEFAULT_PAGE_SIZE },
  { sign: 'page', arguments: ['limit'], otherwise: DEFAULT_PAGE_SIZE },
  { sign: 'ids', arguments: ['ids'], otherwise: 0 },
];

/** Clamps the size. The field itself rejects an invalid size. A list of ids is as long as the answer. */
function pageSize(value: unknown): number | null {
  if (typeof value === 'number') return Math.min(Math.max(value, 0), MAX_PAGE_SIZE);
  return Array.isArray(value) ? value.length : null;
}

/** Returns the lists of one operation of a valid document as a tree. The limit on fields also limits its size. */
export function pageFields(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): PageField[] {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);

  /** Returns the value of an argument. Null, like a variable without a value, is the same as no argument. */
  function givenValue(argument: ValueNode, variables: Variables): unknown {
    if (argument.kind !== Kind.VARIABLE) return literalValue(argument);
    const name = argument.name.value;
    // A name such as `constructor` must not find what every object has.
    if (Object.hasOwn(variables, name)) return variables[name];
    const definition = operation.variableDefinitions?.find((defined) => defined.variable.name.value === name);
    return definition?.defaultValue && literalValue(definition.defaultValue);
  }

  function sizeOf(field: FieldNode, { arguments: names, otherwise }: (typeof SIZED_BY)[number]): PageField['size'] {
    const given = field.arguments?.filter(({ name }) => names.includes(name.value)) ?? [];
    return (variables) => {
      const sizes = given.flatMap(({ value }) => pageSize(givenValue(value, variables)) ?? []);
      return sizes.length === 0 ? otherwise : Math.max(...sizes);
    };
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
      // A list that is not paged declares its maximum length. The rows of one that can be longer than a page are counted only
      // when they are read: most graphs are small, and twenty of them are no reason to reject a request.
      const { rows } = field.extensions;
      if (typeof rows === 'number') return rows > MAX_PAGE_SIZE ? inner : [{ size: () => rows, within: inner }];
      const sized = SIZED_BY.find(({ sign }) => field.args.some(({ name }) => name === sign));
      return sized ? [{ size: sizeOf(selection, sized), within: inner }] : inner;
    });
  }
  return within(operation.selectionSet, schema.getRootType(operation.operation) ?? undefined);
}

/** Returns an Int as a number, and a list as its items. */
function literalValue(node: ValueNode): unknown {
  if (node.kind === Kind.INT) return Number(node.value);
  return node.kind === Kind.LIST ? node.values : null;
}
