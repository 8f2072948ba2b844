import { GraphQLError, type ValueNode } from 'graphql';
import { formatInstant, type Instant, parseInstant } from '../../core/values/instant.ts';
import { isUuid } from '../../core/values/uuid.ts';
import { builder } from './builder.ts';

/** For values that are refused while a document is read, where graphql itself adds which variable or argument it was. */
export const badInput = (message: string, node?: ValueNode): GraphQLError =>
  new GraphQLError(message, { ...(node && { nodes: node }), extensions: { code: 'BAD_USER_INPUT' } });

export function uuidFrom(value: unknown, node?: ValueNode): string {
  if (!isUuid(value))
    throw badInput(`${shown(value)} is not an id. Ids are UUIDs, such as 01890a5d-ac96-774b-bcce-b302099a8057.`, node);
  return value.toLowerCase();
}

function instantFrom(value: unknown, node?: ValueNode): Instant {
  const instant = typeof value === 'string' ? parseInstant(value) : null;
  if (instant === null)
    throw badInput(`${shown(value)} is not a time. Times are RFC 3339, such as 2026-11-21T01:08:00.563414Z.`, node);
  return instant;
}

/** A refused value in a message, cut so that nobody is sent a megabyte back. */
export const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
};

/** Only a string passes the checks above, so that it does not matter what the other literals become. */
export const literalValue = (node: ValueNode): unknown => ('value' in node ? node.value : node.kind);

builder.scalarType('DateTime', {
  description:
    'A moment, in RFC 3339: `2026-11-21T01:08:00.563414Z`. Answers are in UTC with six digits of a second. ' +
    'Inputs may have any offset, and be a date alone, which is its midnight; without an offset they are UTC, and digits ' +
    'after the sixth are cut off. ' +
    'Anything else is BAD_USER_INPUT.',
  serialize: formatInstant,
  parseValue: (value) => instantFrom(value),
  parseLiteral: (node) => instantFrom(literalValue(node), node),
});
