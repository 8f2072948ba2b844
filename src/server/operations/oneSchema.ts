import {
  type GraphQLFieldConfigMap,
  GraphQLObjectType,
  GraphQLSchema,
  isIntrospectionType,
  isScalarType,
  printSchema,
} from 'graphql';
import { guarded, refuseReaders } from '../../api/building/guarded.ts';
import { schema as nativeSchema } from '../../api/schema.ts';
import { prefect1Dialect } from '../../prefect1/dialect.ts';
import type { Prefect1Context } from '../../prefect1/operations/prefect1Context.ts';
import { meterFields } from './meteredFields.ts';
import type { RequestContext } from './requestContext.ts';

/**
 * Returns both dialects as one executable schema. They share the root types and the scalars DateTime and JSON. Every
 * other type belongs to one dialect; graphql rejects a schema in which two types have the same name.
 */
export function oneSchema({ prefect1 }: { prefect1: boolean }): GraphQLSchema {
  if (!prefect1) return meterFields(nativeSchema);
  const dialect = sharedDialect();
  const native = nativeSchema.toConfig();
  const schema = new GraphQLSchema({
    ...native,
    query: rootOf('Query', { ...fieldsOf(native.query), ...ofPrefect1(dialect.query) }),
    mutation: rootOf('Mutation', { ...fieldsOf(native.mutation), ...ofPrefect1(guardedWrites(dialect.mutation)) }),
    types: [
      ...native.types.filter((type) => !isIntrospectionType(type) && !ROOTS.includes(type.name)),
      ...dialect.types,
    ],
  });
  return meterFields(schema);
}

/** Returns the text of prefect1.graphql: the Prefect 1 dialect alone. */
export function printPrefect1Schema(): string {
  const { query, mutation, types } = sharedDialect();
  const schema = new GraphQLSchema({
    query: rootOf('Query', query),
    mutation: rootOf('Mutation', mutation),
    types,
  });
  return `${printSchema(schema)}\n`;
}

const ROOTS = ['Query', 'Mutation'];

/** Resolvers of both dialects take the same RequestContext. */
const rootOf = (name: string, fields: object) =>
  new GraphQLObjectType({ name, fields: fields as GraphQLFieldConfigMap<unknown, RequestContext> });

const fieldsOf = (type: GraphQLObjectType | null | undefined) => type?.toConfig().fields ?? {};

const sharedDialect = () => prefect1Dialect({ DateTime: sharedScalar('DateTime'), JSON: sharedScalar('JSON') });

function sharedScalar(name: string) {
  const type = nativeSchema.getType(name);
  if (!isScalarType(type)) throw new Error(`The native schema has no scalar ${name}.`);
  return type;
}

/** Marks the fields of the dialect, whose documents have limits of their own. */
const ofPrefect1 = (fields: { readonly [name: string]: object }) =>
  Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, { ...field, extensions: { isOfPrefect1: true } }]),
  );

const guardedWrites = (fields: GraphQLFieldConfigMap<unknown, Prefect1Context>) =>
  Object.fromEntries(
    Object.entries(fields).map(([name, field]) => {
      if (!field.resolve) throw new Error(`The mutation ${name} has no resolver.`);
      return [name, { ...field, resolve: guarded<RequestContext>(field.resolve, refuseReaders) }];
    }),
  );
