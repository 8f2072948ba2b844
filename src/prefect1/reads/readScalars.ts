import { GraphQLBoolean, GraphQLInt, GraphQLScalarType, GraphQLString, valueFromASTUntyped } from 'graphql';
import { formatInstant, type Instant } from '../../core/values/instant.ts';
import type { ColumnScalar } from '../../store/prefect1Reads/prefect1Table.ts';

// Inputs go to PostgreSQL as they are: it reads more forms than we could, and clients know what it says of the others.

/** A scalar whose inputs PostgreSQL judges. */
const judged = (name: string, description: string, serialize: (value: unknown) => unknown = (value) => value) =>
  new GraphQLScalarType({
    name,
    description,
    serialize,
    parseValue: (value) => value,
    parseLiteral: (node, variables) => valueFromASTUntyped(node, variables),
  });

/** `2020-01-01T00:00:00.5+00:00`: as PostgreSQL writes times into JSON, without zeros at the end. */
export const formatTimestamptz = (instant: Instant): string => formatInstant(instant).replace(/\.?0*Z$/, '+00:00');

/** The scalars of columns, by their names. */
export const READ_SCALARS: { readonly [Name in ColumnScalar]: GraphQLScalarType } = {
  Boolean: GraphQLBoolean,
  Int: GraphQLInt,
  String: GraphQLString,
  interval: judged('interval', 'A duration as PostgreSQL writes it, `00:01:30`.'),
  jsonb: judged('jsonb', 'Any JSON value. Inside a document, objects and lists are written as those of GraphQL.'),
  // The store reads times as instants.
  timestamptz: judged(
    'timestamptz',
    'A time, `2020-01-01T00:00:00.123456+00:00`. Inputs without an offset are UTC.',
    (value) => formatTimestamptz(value as Instant),
  ),
  uuid: judged('uuid', 'A UUID, in lower case with hyphens.'),
};

export const UuidList = judged('_uuid', 'A list of UUIDs as PostgreSQL writes it: `{id,id}`.');
