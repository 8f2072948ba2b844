import type { GraphQLFieldResolver } from 'graphql';
import { Problem } from '../../core/values/problem.ts';
import type { Context } from './context.ts';

/** May `context` do what the field is for? Throws where not. */
export type Allowed = (context: Context) => void;

export const refuseReaders: Allowed = ({ viewer }) => {
  if (viewer.role === 'READER') throw new Problem('FORBIDDEN', 'The role of a reader may not change anything.');
};

/**
 * Before each write and each event: what was read before is not what is there now. The fields of a mutation run one after
 * the other, and so do the events of a subscription, so nothing that is still being read is forgotten.
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
