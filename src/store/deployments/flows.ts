import { EVERYTHING, type Filter } from '../../core/filters/filter.ts';
import type { Flow } from '../../core/runs/run.ts';
import type { Page, PageRequest } from '../../core/values/page.ts';
import type { Queryable } from '../connection/database.ts';
import { readById } from '../query/readById.ts';
import { readCount } from '../query/readCounts.ts';
import { readPage } from '../query/readPages.ts';
import { flowColumns } from '../query/rows.ts';
import { FLOW_ORDERS, type FlowSort } from '../query/sortOrders.ts';
import type { Source } from '../query/source.ts';
import { tenantWhere } from '../query/tenantWhere.ts';

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
