import { EVERYTHING, type Filter } from '../core/filter.ts';
import type { Page, PageRequest } from '../core/page.ts';
import type { Flow } from '../core/run.ts';
import type { Queryable } from './database.ts';
import { readById } from './readById.ts';
import { readCount } from './readCounts.ts';
import { readPage } from './readPages.ts';
import { flowColumns } from './rows.ts';
import { FLOW_ORDERS, type FlowSort } from './sortOrders.ts';
import type { Source } from './source.ts';
import { tenantWhere } from './tenantWhere.ts';

const FLOWS: Source<Flow, Flow> = {
  name: 'flows',
  table: 'flow',
  ofTenant: 'x.tenant_id = $2',
  columns: flowColumns,
  wide: [],
  fromRow: (row) => row,
};

export interface FlowList {
  filter?: Filter;
  sort?: FlowSort;
  page?: PageRequest;
}

export const flowsById = readById(FLOWS);

export const flowPage = (
  database: Queryable,
  tenantId: string,
  { filter = EVERYTHING, sort = 'ID_DESC', page = {} }: FlowList,
): Promise<Page<Flow>> =>
  readPage(database, FLOWS, {
    list: `flows.${sort}`,
    where: tenantWhere('flow', tenantId, filter),
    order: FLOW_ORDERS[sort],
    page,
  });

/** Exact, or `atMost` where there are as many or more. */
export const flowCount = (
  database: Queryable,
  tenantId: string,
  filter: Filter = EVERYTHING,
  atMost: number | null = null,
): Promise<number> => readCount(database, FLOWS, tenantWhere('flow', tenantId, filter), atMost);
