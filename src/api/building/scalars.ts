import { GraphQLError, type ValueNode } from 'graphql';
import type { Anchor } from '../../core/schedules/deploymentTimes.ts';
import { formatInstant, type Instant, parseInstant } from '../../core/values/instant.ts';
import { isUuid } from '../../core/values/uuid.ts';
import { builder } from './builder.ts';

/** Returns the error for a value that is rejected while a document is read. graphql adds the variable or argument. */
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
    throw badInput(
      `${shown(value)} is not a time. Times must be in RFC 3339 format, such as 2026-11-21T01:08:00.563414Z.`,
      node,
    );
  return instant;
}

/** With a time, the text ends with `Z` or an offset if it has one. */
const HAS_OFFSET = /T.*(Z|[+-]\d\d(:?\d\d)?)$/i;

function anchorFrom(value: unknown, node?: ValueNode): Anchor {
  const instant = instantFrom(value, node);
  return HAS_OFFSET.test(String(value)) ? instant : { wall: instant };
}

/** Returns a rejected value for use in a message, cut to 60 characters. */
export const shown = (value: unknown): string => {
  // Cut before it is escaped: it may have 16 MB.
  const start = typeof value === 'string' ? value.slice(0, 61) : value;
  const text = JSON.stringify(start) ?? String(start);
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
};

/** Returns the value of a literal. Only strings pass the checks above, so other kinds need no exact value. */
export const literalValue = (node: ValueNode): unknown => ('value' in node ? node.value : node.kind);

builder.scalarType('DateTime', {
  description:
    'A point in time in RFC 3339 format: `2026-11-21T01:08:00.563414Z`. Output is in UTC, with six fractional ' +
    'digits. Input can have any offset; without an offset it is in UTC. A date alone means midnight. Fractional ' +
    'digits after the sixth are cut off. Anything else fails with BAD_USER_INPUT.',
  serialize: formatInstant,
  parseValue: (value) => instantFrom(value),
  parseLiteral: (node) => instantFrom(literalValue(node), node),
});

builder.scalarType('AnchorDate', {
  description:
    'A point in time in RFC 3339 format, as `DateTime`. Without an offset, it is local time in the time zone of the ' +
    'schedule. Anything else fails with BAD_USER_INPUT.',
  serialize: (value: never) => value, // Only in inputs.
  parseValue: (value) => anchorFrom(value),
  parseLiteral: (node) => anchorFrom(literalValue(node), node),
});
