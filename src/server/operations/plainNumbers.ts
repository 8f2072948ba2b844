import {
  type GraphQLInputType,
  type GraphQLSchema,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';
import { ExactNumber } from '../../core/values/exactNumber.ts';
import type { Variables } from './pageCost.ts';

/** The scalars that accept a number without losing digits. */
export const EXACT_SCALARS: ReadonlySet<string> = new Set(['JSON', 'jsonb']);

/**
 * Replaces the exact numbers in variables by numbers of JavaScript, except in JSON: `10.0` is a valid `Int`. Changes the
 * variables in place: they were read for this operation.
 */
export function usePlainNumbers(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Variables,
): void {
  const values = variables as { [name: string]: unknown }; // read-only for others
  for (const { variable, type: node } of variableDefinitions) {
    const { value: name } = variable.name;
    const value = Object.hasOwn(values, name) ? values[name] : null;
    if (typeof value !== 'object' || value === null) continue;
    const type = typeFromAST(schema, node);
    if (isInputType(type)) values[name] = plain(value, type);
  }
}

function plain(value: unknown, type: GraphQLInputType): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (isNonNullType(type)) return plain(value, type.ofType);
  if (isListType(type)) {
    if (!Array.isArray(value)) return plain(value, type.ofType);
    for (const [index, item] of value.entries()) value[index] = plain(item, type.ofType);
  } else if (value instanceof ExactNumber) return EXACT_SCALARS.has(type.name) ? value : Number(value);
  else if (isInputObjectType(type)) {
    const object = value as { [field: string]: unknown }; // a list is changed where it has such keys: nowhere
    const fields = type.getFields();
    // Few members of an input are objects, and an input has few of the fields of its type.
    for (const [name, member] of Object.entries(object)) {
      if (typeof member !== 'object' || member === null) continue;
      const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
      if (field) object[name] = plain(member, field.type);
    }
  }
  return value;
}
