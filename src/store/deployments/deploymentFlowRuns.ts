import { EVERYTHING, type Filter } from '../../core/filters/filter.ts';
import type { Queryable } from '../connection/database.ts';
import { FLOW_RUNS, type FlowRunList } from '../flowRuns/flowRuns.ts';
import { tenantRows } from '../query/listRows.ts';
import { readChildCounts } from '../query/readCounts.ts';
import { readChildPages } from '../query/readPages.ts';
import { RUN_ORDERS } from '../query/sortOrders.ts';

/** The name of the list in cursors. */
export const flowRunsOfDeploymentName = (deploymentId: string, sort: string): string =>
  `deploymentFlowRuns:${deploymentId}.${sort}`;

/** Returns a page of the flow runs of each deployment. */
export const flowRunsOfDeployments = <IsWide extends boolean = true>(
  database: Queryable,
  tenantId: string,
  deploymentIds: readonly string[],
  { filter = EVERYTHING, sort = 'ID_DESC', page = {}, wide }: FlowRunList<IsWide>,
) =>
  readChildPages(database, FLOW_RUNS, deploymentIds, {
    list: (id) => flowRunsOfDeploymentName(id, sort),
    rows: tenantRows('flowRun', tenantId, filter),
    order: RUN_ORDERS[sort],
    page,
    wide,
    parent: 'deploymentId',
    parentOf: ({ deploymentId }) => deploymentId,
  });

export const flowRunCountsOfDeployments = (
  database: Queryable,
  tenantId: string,
  deploymentIds: readonly string[],
  filter: Filter,
  atMost: number,
): Promise<Map<string, number>> =>
  readChildCounts(database, FLOW_RUNS, deploymentIds, 'deploymentId', tenantRows('flowRun', tenantId, filter), atMost);
