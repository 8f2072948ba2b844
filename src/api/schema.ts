import type { GraphQLObjectType, GraphQLResolveInfo, GraphQLSchema } from 'graphql';
import { Problem } from '../core/problem.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { takeUuidIds } from './uuidIds.ts';
import './scalars.ts';
import './jsonScalars.ts';
import './flowType.ts';
import './deploymentType.ts';
import './flowRunType.ts';
import './flowRunMutations.ts';
import './flowRunInputType.ts';
import './taskRunType.ts';
import './taskRunMutations.ts';
import './stateType.ts';
import './moveMutations.ts';
import './logType.ts';
import './subscriptions.ts';

/** The native dialect. Types stand in the order of their files, fields in the order in which people look for them. */
export const schema: GraphQLSchema = builder.toSchema({ sortSchema: false });
takeUuidIds(schema);

// Here, once, and not in each resolver, so that no mutation can be forgotten.
guard(schema.getMutationType(), ({ viewer }) => {
  if (viewer.role === 'READER') throw new Problem('FORBIDDEN', 'The role of a reader may not change anything.');
});
guard(schema.getSubscriptionType(), () => {});

/**
 * Before each write and each event: what was read before is not what is there now. The fields of a mutation run one after
 * the other, and so do the events of a subscription, so nothing that is still being read is forgotten.
 */
function guard(type: GraphQLObjectType | null | undefined, allowed: (context: Context) => void): void {
  for (const field of Object.values(type?.getFields() ?? {})) {
    const { resolve } = field;
    if (!resolve) throw new Error(`The field ${type?.name}.${field.name} has no resolver.`);
    field.resolve = (source: unknown, args: object, context: Context, info: GraphQLResolveInfo) => {
      allowed(context);
      context.forgetReads();
      return resolve(source, args, context, info);
    };
  }
}
