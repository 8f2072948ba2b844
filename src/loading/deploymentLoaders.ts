import DataLoader from 'dataloader';
import { EVERYTHING } from '../core/filters/filter.ts';
import { MAX_TOTAL_COUNT, type PageRequest } from '../core/values/page.ts';
import type { Store } from '../store/connection/database.ts';
import { flowRunCountsOfDeployments, flowRunsOfDeployments } from '../store/deployments/deploymentFlowRuns.ts';
import { deploymentSchedulesById, schedulesOf } from '../store/deployments/deploymentSchedules.ts';
import {
  type DeploymentList,
  deploymentCount,
  deploymentCountsOf,
  deploymentPage,
  deploymentsById,
  deploymentsOf,
  type LeanDeployment,
} from '../store/deployments/deployments.ts';
import type { FlowRunList } from '../store/flowRuns/flowRuns.ts';
import { workerCountsOf, workersById, workersOf } from '../store/workPools/workers.ts';
import {
  activeRunsOfPools,
  type LeanWorkPool,
  leanWorkPoolsById,
  type WorkPoolList,
  workPoolCount,
  workPoolPage,
  workPoolsById,
} from '../store/workPools/workPools.ts';
import {
  defaultQueuesOf,
  type WorkQueueList,
  workQueueCount,
  workQueueCountsOf,
  workQueuePage,
  workQueuesById,
  workQueuesOf,
} from '../store/workPools/workQueues.ts';
import { byId } from './byId.ts';
import type { childLoaders } from './childLoaders.ts';
import { type ChildPage, counted } from './countedPage.ts';
import type { Pace } from './pace.ts';

/** Loads deployments, schedules, work pools, work queues and workers. */
export function deploymentLoaders(
  database: Store,
  tenantId: string,
  pace: Pace,
  children: ReturnType<typeof childLoaders>,
  childPage: ChildPage,
) {
  const most = MAX_TOTAL_COUNT;
  const lean = { wide: false } as const;
  return {
    deployment: byId(pace, (ids) => deploymentsById(database, tenantId, ids)),
    leanDeployment: byId<LeanDeployment>(pace, (ids) => deploymentsById(database, tenantId, ids, lean)),
    deploymentSchedule: byId(pace, (ids) => deploymentSchedulesById(database, tenantId, ids)),
    workPool: byId(pace, (ids) => workPoolsById(database, tenantId, ids)),
    leanWorkPool: byId<LeanWorkPool>(pace, (ids) => leanWorkPoolsById(database, tenantId, ids)),
    workQueue: byId(pace, (ids) => workQueuesById(database, tenantId, ids)),
    worker: byId(pace, (ids) => workersById(database, tenantId, ids)),
    /** The default queue of a work pool. */
    defaultQueue: new DataLoader(
      async (ids: readonly string[]) => {
        const found = await defaultQueuesOf(database, ids);
        return ids.map((id) => found.get(id) ?? null);
      },
      { batchScheduleFn: pace.schedule },
    ),
    /** The number of active runs of a work pool. */
    activeRunsOfPool: (workPoolId: string) =>
      children(['activeRunsOfPool'], workPoolId, (ids) => activeRunsOfPools(database, ids)),

    deployments: (list: DeploymentList) =>
      counted<LeanDeployment>(deploymentPage(database, tenantId, list), () =>
        deploymentCount(database, tenantId, list.filter, most),
      ),
    workPools: (list: WorkPoolList) =>
      counted<LeanWorkPool>(workPoolPage(database, tenantId, list), () =>
        workPoolCount(database, tenantId, list.filter, most),
      ),
    workQueues: (list: WorkQueueList) =>
      counted(workQueuePage(database, tenantId, list), () => workQueueCount(database, tenantId, list.filter, most)),

    /** The deployments of a flow. */
    deploymentsOf: (flowId: string, { filter = EVERYTHING, ...list }: DeploymentList) =>
      childPage(
        ['deploymentsOf', filter, list],
        flowId,
        (ids) => deploymentsOf(database, tenantId, ids, { ...list, filter }),
        (ids) => deploymentCountsOf(database, tenantId, ids, filter, most),
      ),
    /** The flow runs of a deployment. */
    flowRunsOfDeployment: <IsWide extends boolean = true>(
      deploymentId: string,
      { filter = EVERYTHING, ...list }: FlowRunList<IsWide>,
    ) =>
      childPage(
        ['flowRunsOfDeployment', filter, list],
        deploymentId,
        (ids) => flowRunsOfDeployments(database, tenantId, ids, { ...list, filter }),
        (ids) => flowRunCountsOfDeployments(database, tenantId, ids, filter, most),
      ),
    /** The schedules of a deployment. */
    schedulesOf: (deploymentId: string) => children(['schedulesOf'], deploymentId, (ids) => schedulesOf(database, ids)),
    /** The queues of a work pool. */
    workQueuesOf: (workPoolId: string, { filter = EVERYTHING, page = {} }: WorkQueueList) =>
      childPage(
        ['workQueuesOf', filter, page],
        workPoolId,
        (ids) => workQueuesOf(database, tenantId, ids, { filter, page }),
        (ids) => workQueueCountsOf(database, tenantId, ids, filter, most),
      ),
    /** The workers of a work pool. */
    workersOf: (workPoolId: string, page: PageRequest) =>
      childPage(
        ['workersOf', {}, page],
        workPoolId,
        (ids) => workersOf(database, ids, page),
        (ids) => workerCountsOf(database, ids, most),
      ),
  };
}
