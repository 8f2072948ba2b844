import type { GraphQLObjectType, GraphQLSchema } from 'graphql';
import { builder } from './building/builder.ts';
import { type Allowed, guarded, refuseReaders } from './building/guarded.ts';
import { takeUuidIds } from './building/uuidIds.ts';
import './building/scalars.ts';
import './building/jsonScalars.ts';
import './deployments/flowType.ts';
import './deployments/deploymentType.ts';
import './deployments/deploymentMutations.ts';
import './deployments/deploymentScheduleType.ts';
import './deployments/deploymentScheduleMutations.ts';
import './workPools/workPoolType.ts';
import './workPools/workPoolMutations.ts';
import './workPools/workQueueType.ts';
import './workPools/workQueueMutations.ts';
import './workPools/workerType.ts';
import './concurrency/concurrencyLimitType.ts';
import './concurrency/concurrencyOfDeployments.ts';
import './concurrency/concurrencyLimitMutations.ts';
import './flowRuns/flowRunType.ts';
import './insights/whyNotRunningWaitTypes.ts';
import './flowRuns/flowRunMutations.ts';
import './flowRuns/createFromDeploymentMutation.ts';
import './flowRuns/flowRunInputType.ts';
import './insights/flowRunGraphType.ts';
import './insights/flowRunDependencyType.ts';
import './runs/logsCsvUrl.ts';
import './taskRuns/taskRunType.ts';
import './taskRuns/taskRunMutations.ts';
import './runs/stateType.ts';
import './runs/setStateMutations.ts';
import './runs/logType.ts';
import './bulkJobs/bulkJobType.ts';
import './bulkJobs/bulkMutations.ts';
import './bulkJobs/bulkProgressSubscription.ts';
import './runs/numberedPageTypes.ts';
import './insights/runHistoryTypes.ts';
import './runs/subscriptions.ts';
import './taskRuns/scheduledTaskRunsSubscription.ts';
import './runs/changesSubscription.ts';

/** The native schema. Types are in the order of their files; fields are in the order in which readers look for them. */
export const schema: GraphQLSchema = builder.toSchema({ sortSchema: false });
takeUuidIds(schema);

// Guarding here instead of in each resolver covers every mutation and subscription.
guard(schema.getMutationType(), refuseReaders);
guard(schema.getSubscriptionType(), () => {});

function guard(type: GraphQLObjectType | null | undefined, allowed: Allowed): void {
  for (const field of Object.values(type?.getFields() ?? {})) {
    if (!field.resolve) throw new Error(`The field ${type?.name}.${field.name} has no resolver.`);
    field.resolve = guarded(field.resolve, allowed);
  }
}
