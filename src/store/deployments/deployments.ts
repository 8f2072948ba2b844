import { EVERYTHING, type Filter } from '../../core/filters/filter.ts';
import type { Deployment } from '../../core/runs/run.ts';
import type { Page, PageRequest } from '../../core/values/page.ts';
import { type Queryable, statement } from '../connection/database.ts';
import { BOOLEAN, type ColumnTypes, JSONB, TEXT, UUID } from '../query/columnTypes.ts';
import { readById } from '../query/readById.ts';
import { readChildCounts, readCount } from '../query/readCounts.ts';
import { readChildPages, readPage } from '../query/readPages.ts';
import { selectList } from '../query/selectList.ts';
import { FLOW_ORDERS, type FlowSort } from '../query/sortOrders.ts';
import { columnKey, type Lean, type Order, type Source } from '../query/source.ts';
import { tenantWhere } from '../query/tenantWhere.ts';
import { FLOW } from './flows.ts';

const DEPLOYMENT: ColumnTypes<Deployment> = {
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
/** A deployment as lists read it that show neither parameters nor their schema nor job variables. */
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

const ORDERS: { readonly [Sort in DeploymentSort]: Order<LeanDeployment> } = {
  ...FLOW_ORDERS,
  UPDATED_DESC: { keys: [columnKey('updated', 'time'), columnKey('id', 'uuid')], descending: true },
};

export interface DeploymentList<IsWide extends boolean = boolean> {
  filter?: Filter;
  sort?: DeploymentSort;
  page?: PageRequest;
  /** False leaves out what `LeanDeployment` has not; true by default. */
  wide?: IsWide | undefined;
}

export const deploymentsById = readById(DEPLOYMENTS);

export const deploymentPage = (
  database: Queryable,
  tenantId: string,
  { filter = EVERYTHING, sort = 'ID_DESC', page = {}, wide }: DeploymentList,
): Promise<Page<LeanDeployment>> =>
  readPage(database, DEPLOYMENTS, {
    list: `deployments.${sort}`,
    where: tenantWhere('deployment', tenantId, filter),
    order: ORDERS[sort],
    page,
    wide,
  });

/** Exact, or `atMost` where there are as many or more. */
export const deploymentCount = (
  database: Queryable,
  tenantId: string,
  filter: Filter = EVERYTHING,
  atMost: number | null = null,
): Promise<number> => readCount(database, DEPLOYMENTS, tenantWhere('deployment', tenantId, filter), atMost);

/** The deployments of flows. */
export const deploymentsOf = (
  database: Queryable,
  tenantId: string,
  flowIds: readonly string[],
  { filter = EVERYTHING, sort = 'ID_DESC', page = {}, wide }: DeploymentList,
): Promise<Map<string, Page<LeanDeployment>>> =>
  readChildPages(database, DEPLOYMENTS, flowIds, {
    list: (id) => `flowDeployments:${id}.${sort}`,
    where: tenantWhere('deployment', tenantId, filter),
    order: ORDERS[sort],
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
  readChildCounts(database, DEPLOYMENTS, flowIds, 'flowId', tenantWhere('deployment', tenantId, filter), atMost);

// Flows that Prefect 1 clients registered may share a name; those have no deployments.
const BY_NAMES = statement(
  'deployments.idByNames',
  `select d.id from deployment d join flow f on f.id = d.flow_id
   where f.tenant_id = $1 and f.name = $2 and d.name = $3 order by d.id limit 1`,
);

/** The deployment of this name on the flow of this name. */
export async function deploymentIdByNames(
  database: Queryable,
  tenantId: string,
  flowName: string,
  deploymentName: string,
): Promise<string | null> {
  const [row] = await database.query<{ id: string }>(BY_NAMES, [tenantId, flowName, deploymentName]);
  return row?.id ?? null;
}
