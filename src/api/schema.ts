import type { GraphQLObjectType, GraphQLSchema } from 'graphql';
import { builder } from './builder.ts';
import { type Allowed, guarded, refuseReaders } from './guarded.ts';
import { takeUuidIds } from './uuidIds.ts';
import './scalars.ts';
import './jsonScalars.ts';
import './flowType.ts';
import './deploymentType.ts';
import './deploymentMutations.ts';
import './deploymentScheduleType.ts';
import './deploymentScheduleMutations.ts';
import './workPoolType.ts';
import './workPoolMutations.ts';
import './workQueueType.ts';
import './workQueueMutations.ts';
import './workerType.ts';
import './concurrencyLimitType.ts';
import './concurrencyOfDeployments.ts';
import './concurrencyLimitMutations.ts';
import './flowRunType.ts';
import './waitingReasons.ts';
import './flowRunMutations.ts';
import './flowRunFromDeployment.ts';
import './flowRunInputType.ts';
import './flowRunUpkeep.ts';
import './flowRunGraphType.ts';
import './flowRunDependencyType.ts';
import './logsCsvUrl.ts';
import './taskRunType.ts';
import './taskRunMutations.ts';
import './taskRunUpkeep.ts';
import './stateType.ts';
import './moveMutations.ts';
import './logType.ts';
import './bulkJobType.ts';
import './bulkMutations.ts';
import './bulkProgressSubscription.ts';
import './numberedPageTypes.ts';
import './runHistoryTypes.ts';
import './subscriptions.ts';
import './scheduledTaskRunsSubscription.ts';
import './changesSubscription.ts';

/** The native dialect. Types stand in the order of their files, fields in the order in which people look for them. */
export const schema: GraphQLSchema = builder.toSchema({ sortSchema: false });
takeUuidIds(schema);

// Here, once, and not in each resolver, so that no mutation can be forgotten.
guard(schema.getMutationType(), refuseReaders);
guard(schema.getSubscriptionType(), () => {});

function guard(type: GraphQLObjectType | null | undefined, allowed: Allowed): void {
  for (const field of Object.values(type?.getFields() ?? {})) {
    if (!field.resolve) throw new Error(`The field ${type?.name}.${field.name} has no resolver.`);
    field.resolve = guarded(field.resolve, allowed);
  }
}
