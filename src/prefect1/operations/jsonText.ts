import { type GraphQLInputType, isInputObjectType, isListType, isNonNullType, Kind, type ValueNode } from 'graphql';
import { Problem } from '../../core/values/problem.ts';

/**
 * In this dialect a JSON value inside a document is a string that holds JSON, `state: "{\"type\": \"Running\"}"`, and in
 * the native one a string there is a string. Both have one scalar, because a schema has one type of a name, and the
 * scalar does not know whose field it reads for. The field does: so what was written into the document is looked at once
 * more here, and strings are read where the type is JSON. Values of variables are taken as they are in both dialects.
 */
export function readJsonText(value: unknown, node: ValueNode | undefined, type: GraphQLInputType): unknown {
  if (isNonNullType(type)) return readJsonText(value, node, type.ofType);
  if (node === undefined || node.kind === Kind.VARIABLE || value == null) return value;
  if (isListType(type)) {
    // A single item stands for a list of one.
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
    return JSON.parse(text);
  } catch {
    throw new Problem(
      'BAD_USER_INPUT',
      `${JSON.stringify(text.slice(0, 60))} is not JSON. In this field a string in the document must hold JSON; a variable may hold any value.`,
    );
  }
}
