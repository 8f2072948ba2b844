import { type GraphQLResolveInfo, Kind, type ObjectFieldNode, type ValueNode } from 'graphql';
import type { Filter } from '../../core/filters/filter.ts';
import { Problem } from '../../core/values/problem.ts';
import type { FilterKind } from './filterFields.ts';
import { type FilterInput, toFilter } from './toFilter.ts';

/** The input of a bulk mutation: what it changes, and whether it only counts. */
export interface BulkChoice {
  filter: FilterInput;
  dryRun?: boolean | null | undefined;
}

/**
 * Returns the filter tree of a bulk mutation. Throws BAD_USER_INPUT if a part of the filter is null, is empty, or is a
 * variable without a value, at any depth. In a list such a part is ignored. Here it would select more runs than the
 * client meant: JSON drops undefined values, and GraphQL drops variables without a value. The same holds for `dryRun`.
 */
export function bulkFilter(kind: FilterKind, { filter, dryRun }: BulkChoice, info: GraphQLResolveInfo): Filter {
  const written = writtenInput(info);
  for (const name of ['filter', 'dryRun']) {
    const field = written.find((one) => one.name.value === name);
    if (field) requireVariables(field.value, name, info.variableValues);
  }
  if (dryRun === null) throw incomplete('dryRun', 'is null: set it to true or false, or leave it out.');
  requireParts(filter, 'filter');
  return toFilter(kind, filter);
}

/** The fields of the argument `input`, if the document contains them. If it is one variable, its value was coerced. */
function writtenInput({ fieldNodes }: GraphQLResolveInfo): readonly ObjectFieldNode[] {
  // Fields that GraphQL merges have the same arguments.
  const value = fieldNodes[0]?.arguments?.find(({ name }) => name.value === 'input')?.value;
  return value?.kind === Kind.OBJECT ? value.fields : [];
}

/** GraphQL omits a field whose variable has no value, so its coerced value does not show it. */
function requireVariables(node: ValueNode, path: string, variables: GraphQLResolveInfo['variableValues']): void {
  if (node.kind === Kind.VARIABLE && variables[node.name.value] === undefined)
    throw incomplete(path, `is the variable \`$${node.name.value}\`, which has no value.`);
  if (node.kind === Kind.LIST)
    for (const [index, item] of node.values.entries()) requireVariables(item, `${path}[${index}]`, variables);
  if (node.kind === Kind.OBJECT)
    for (const { name, value } of node.fields) requireVariables(value, `${path}.${name.value}`, variables);
}

function requireParts(value: unknown, path: string): void {
  if (value === null) throw incomplete(path, 'is null: every condition of a bulk mutation needs a value.');
  if (typeof value !== 'object') return;
  const parts = Object.entries(value);
  if (parts.length === 0 && !Array.isArray(value))
    throw incomplete(path, 'is empty: every part of a bulk filter needs a condition.');
  for (const [key, part] of parts) requireParts(part, Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`);
}

const incomplete = (path: string, fault: string) =>
  new Problem('BAD_USER_INPUT', `\`${path}\` ${fault}`, { field: path });
