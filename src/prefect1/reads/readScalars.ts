import {
  GraphQLBoolean,
  GraphQLInt,
  GraphQLScalarType,
  GraphQLString,
  Kind,
  type ValueNode,
  valueFromASTUntyped,
} from 'graphql';
import { exactNumber } from '../../core/values/exactNumber.ts';
import { formatInstant, type Instant } from '../../core/values/instant.ts';
import type { ColumnScalar } from '../../store/prefect1Reads/prefect1Table.ts';

// Inputs are passed to PostgreSQL unchanged: it accepts more formats, and clients know its error messages.

/** Returns a scalar whose inputs PostgreSQL validates. */
const judged = (name: string, description: string, serialize: (value: unknown) => unknown = (value) => value) =>
  new GraphQLScalarType({
    name,
    description,
    serialize,
    parseValue: (value) => value,
    parseLiteral: literalValue,
  });

/** The value of a literal. Numbers keep their digits. */
function literalValue(node: ValueNode, variables?: { [name: string]: unknown } | null): unknown {
  switch (node.kind) {
    case Kind.INT:
    case Kind.FLOAT:
      return exactNumber(node.value);
    case Kind.LIST:
      return node.values.map((item) => literalValue(item, variables));
    case Kind.OBJECT:
      return Object.fromEntries(node.fields.map(({ name, value }) => [name.value, literalValue(value, variables)]));
    default:
      return valueFromASTUntyped(node, variables);
  }
}

/** Formats a time like PostgreSQL's JSON output, without trailing zeros: `2020-01-01T00:00:00.5+00:00`. */
export const formatTimestamptz = (instant: Instant): string => formatInstant(instant).replace(/\.?0*Z$/, '+00:00');

/** The scalars of columns, by name. */
export const READ_SCALARS: { readonly [Name in ColumnScalar]: GraphQLScalarType } = {
  Boolean: GraphQLBoolean,
  Int: GraphQLInt,
  String: GraphQLString,
  interval: judged('interval', "A duration in PostgreSQL's format, such as `00:01:30`."),
  jsonb: judged('jsonb', 'Any JSON value. Literals in a document use GraphQL syntax for objects and lists.'),
  // The store returns times as instants.
  timestamptz: judged(
    'timestamptz',
    'A time, such as `2020-01-01T00:00:00.123456+00:00`. An input without an offset is UTC.',
    (value) => formatTimestamptz(value as Instant),
  ),
  uuid: judged('uuid', 'A UUID in lower case with hyphens.'),
};

export const UuidList = judged('_uuid', "A list of UUIDs in PostgreSQL's array format: `{id,id}`.");
