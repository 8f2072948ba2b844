import { type GraphQLInputType, isInputObjectType, isListType, isNonNullType, Kind, type ValueNode } from 'graphql';
import { Problem } from '../../core/values/problem.ts';
import { readPythonJson } from '../../core/values/readJson.ts';

/**
 * Parses JSON literals. In this dialect, a JSON value in a document is a string that contains JSON, such as
 * `state: "{\"type\": \"Running\"}"`. In the native dialect it is just a string. Both dialects share a scalar, because
 * a schema has one type per name, and a scalar does not know which field it belongs to. So the field's resolver calls
 * this function, which parses the string literals of type JSON. Variables are unchanged in both dialects.
 */
export function readJsonText(value: unknown, node: ValueNode | undefined, type: GraphQLInputType): unknown {
  if (isNonNullType(type)) return readJsonText(value, node, type.ofType);
  if (node === undefined || node.kind === Kind.VARIABLE || value == null) return value;
  if (isListType(type)) {
    // A single item is coerced to a list of one.
    const nodes = node.kind === Kind.LIST ? node.values : [node];
    return (value as unknown[]).map((item, index) => readJsonText(item, nodes[index], type.ofType)); // coerced by the type
  }
  if (isInputObjectType(type) && node.kind === Kind.OBJECT) {
    const read: { [field: string]: unknown } = { ...(value as object) }; // coerced by the type
    for (const { name, value: within } of node.fields) {
      const field = type.getFields()[name.value];
      if (field && name.value in read) read[name.value] = readJsonText(read[name.value], within, field.type);
    }
    return read;
  }
  return node.kind === Kind.STRING && 'name' in type && type.name === 'JSON' ? parsed(node.value) : value;
}

function parsed(text: string): unknown {
  try {
    return readPythonJson(text);
  } catch {
    throw new Problem(
      'BAD_USER_INPUT',
      `${JSON.stringify(text.slice(0, 60))} is not JSON. A string literal must contain JSON here; a variable may be any value.`,
    );
  }
}
