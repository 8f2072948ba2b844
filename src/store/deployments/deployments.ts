import { EVERYTHING, type Filter } from '../../core/filters/filter.ts';
import type { Deployment } from '../../core/runs/run.ts';
import type { Page, PageRequest } from '../../core/values/page.ts';
import type { Models, Queryable } from '../connection/database.ts';
import { BOOLEAN, type ColumnTypes, JSONB, TEXT, UUID } from '../query/columnTypes.ts';
import { tenantRows } from '../query/listRows.ts';
import { readById } from '../query/readById.ts';
import { readChildCounts, readCount } from '../query/readCounts.ts';
import { readChildPages, readPage } from '../query/readPages.ts';
import { selectList } from '../query/selectList.ts';
import { FLOW_ORDERS, type FlowSort } from '../query/sortOrders.ts';
import { columnKey, type Lean, type Order, type Source } from '../query/source.ts';
import { FLOW } from './flows.ts';

export const DEPLOYMENT: ColumnTypes<Deployment> = {
  ...FLOW,
  flowId: UUID,
  description: TEXT,
  version: TEXT,
  paused: BOOLEAN,
  parameters: JSONB,
  parameterOpenapiSchema: JSONB,
  enforceParameterSchema: BOOLEAN,
  jobVariables: JSONB,
  workQueueId: UUID,
};
export const deploymentColumns = selectList(DEPLOYMENT);

type Wide = 'parameters' | 'parameterOpenapiSchema' | 'jobVariables';
/** A deployment without its large JSON columns, which are read only if they are selected. */
export type LeanDeployment = Lean<Deployment, Wide>;

const DEPLOYMENTS: Source<Deployment, Deployment, Wide> = {
  name: 'deployments',
  table: 'deployment',
  ofTenant: 'x.tenant_id = $2',
  columns: deploymentColumns,
  wide: ['parameters', 'parameterOpenapiSchema', 'jobVariables'],
  fromRow: (row) => row,
};

export type DeploymentSort = FlowSort | 'UPDATED_DESC';

export const DEPLOYMENT_ORDERS: { readonly [Sort in DeploymentSort]: Order<LeanDeployment> } = {
  ...FLOW_ORDERS,
  UPDATED_DESC: { keys: [columnKey('updated', 'time'), columnKey('id', 'uuid')], descending: true },
};

export interface DeploymentList<IsWide extends boolean = boolean> {
  filter?: Filter;
  sort?: DeploymentSort;
  page?: PageRequest;
  /** False leaves out the large JSON columns. Defaults to true. */
  wide?: IsWide | undefined;
}

/** The names of the lists in cursors. */
export const deploymentsName = (sort: string): string => `deployments.${sort}`;
export const deploymentsOfFlowName = (flowId: string, sort: string): string => `flowDeployments:${flowId}.${sort}`;

export const deploymentsById = readById(DEPLOYMENTS);

export const deploymentPage = (
  database: Queryable,
  tenantId: string,
  { filter = EVERYTHING, sort = 'ID_DESC', page = {}, wide }: DeploymentList,
): Promise<Page<LeanDeployment>> =>
  readPage(database, DEPLOYMENTS, {
    list: deploymentsName(sort),
    rows: tenantRows('deployment', tenantId, filter),
    order: DEPLOYMENT_ORDERS[sort],
    page,
    wide,
  });

/** Returns the exact count, or `atMost` if it is not lower. */
export const deploymentCount = (
  database: Queryable,
  tenantId: string,
  filter: Filter = EVERYTHING,
  atMost: number | null = null,
): Promise<number> => readCount(database, DEPLOYMENTS, tenantRows('deployment', tenantId, filter), atMost);

/** Returns a page of the deployments of each flow. */
export const deploymentsOf = (
  database: Queryable,
  tenantId: string,
  flowIds: readonly string[],
  { filter = EVERYTHING, sort = 'ID_DESC', page = {}, wide }: DeploymentList,
): Promise<Map<string, Page<LeanDeployment>>> =>
  readChildPages(database, DEPLOYMENTS, flowIds, {
    list: (id) => deploymentsOfFlowName(id, sort),
    rows: tenantRows('deployment', tenantId, filter),
    order: DEPLOYMENT_ORDERS[sort],
    page,
    wide,
    parent: 'flowId',
    parentOf: ({ flowId }) => flowId,
  });

export const deploymentCountsOf = (
  database: Queryable,
  tenantId: string,
  flowIds: readonly string[],
  filter: Filter,
  atMost: number,
): Promise<Map<string, number>> =>
  readChildCounts(database, DEPLOYMENTS, flowIds, 'flowId', tenantRows('deployment', tenantId, filter), atMost);

/** Returns the id of the deployment with this name on the flow with this name, or null. */
export async function deploymentIdByNames(
  { prisma }: Models,
  tenantId: string,
  flowName: string,
  deploymentName: string,
): Promise<string | null> {
  // Flows that Prefect 1 clients registered may share a name, but have no deployments.
  const where = { name: deploymentName, flow: { tenantId, name: flowName } };
  const found = await prisma.deployment.findFirst({ where, orderBy: { id: 'asc' }, select: { id: true } });
  return found?.id ?? null;
}
