import type { GraphQLFieldResolver } from 'graphql';
import { Problem } from '../../core/values/problem.ts';
import type { Context } from './context.ts';

/** Throws if the viewer of the request may not use the field. */
export type Allowed = (context: Context) => void;

export const refuseReaders: Allowed = ({ viewer }) => {
  if (viewer.role === 'READER')
    throw new Problem(
      'FORBIDDEN',
      'An API key with the reader role cannot change anything. Use a key with another role.',
    );
};

/**
 * Wraps a resolver of a mutation or subscription field: checks the viewer and drops the cached rows, which may be
 * outdated. Mutation fields and subscription events run one after the other, so no read is in progress at that time.
 */
export const guarded =
  <Given extends Context>(
    resolve: GraphQLFieldResolver<unknown, Given>,
    allowed: Allowed,
  ): GraphQLFieldResolver<unknown, Given> =>
  (source, args, context, info) => {
    allowed(context);
    context.forgetReads();
    return resolve(source, args, context, info);
  };
