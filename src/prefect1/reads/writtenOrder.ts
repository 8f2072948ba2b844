import { type GraphQLResolveInfo, valueFromASTUntyped } from 'graphql';
import type { OrderBy } from '../../store/prefect1Reads/prefect1Orders.ts';
import type { Prefect1Context } from '../operations/prefect1Context.ts';

/**
 * Returns the coerced `order_by` of a list with the keys of its objects in the order in which the client wrote them:
 * `{ state: asc, name: desc }` sorts by state first. GraphQL's coercion returns them in the order of the schema.
 */
export function writtenOrder(
  orderBy: readonly OrderBy[],
  { variables }: Prefect1Context,
  { fieldNodes: [node], operation }: GraphQLResolveInfo,
): readonly OrderBy[] {
  if (!orderBy.some(hasSeveralKeys)) return orderBy;
  const written = node?.arguments?.find(({ name }) => name.value === 'order_by')?.value;
  if (!written) return orderBy;
  const defaults = (operation.variableDefinitions ?? []).map(({ variable, defaultValue }) => [
    variable.name.value,
    defaultValue && valueFromASTUntyped(defaultValue),
  ]);
  const sent = listOf(valueFromASTUntyped(written, { ...Object.fromEntries(defaults), ...variables }));
  return orderBy.map((one, place) => inOrderOf(sent[place], one));
}

const hasSeveralKeys = (order: OrderBy): boolean => {
  const values = Object.values(order);
  return values.length > 1 || values.some((value) => isObject(value) && hasSeveralKeys(value));
};

/** GraphQL takes one value for a list of one. */
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);

const isObject = <Value>(value: Value): value is Value & object => typeof value === 'object' && value !== null;

function inOrderOf(sent: unknown, order: OrderBy): OrderBy {
  if (!isObject(sent)) return order;
  const written = sent as { readonly [key: string]: unknown }; // GraphQL has coerced it to an input object
  const entries = Object.keys(written).flatMap((key) => {
    const value = order[key];
    return value === undefined ? [] : [[key, isObject(value) ? inOrderOf(written[key], value) : value] as const];
  });
  return Object.fromEntries(entries);
}
