import { EVERYTHING, type Filter } from '../../core/filters/filter.ts';
import type { Flow } from '../../core/runs/run.ts';
import type { Page, PageRequest } from '../../core/values/page.ts';
import type { Queryable } from '../connection/database.ts';
import { type ColumnTypes, JSONB, TEXT, TIME, UUID } from '../query/columnTypes.ts';
import { readById } from '../query/readById.ts';
import { readCount } from '../query/readCounts.ts';
import { readPage } from '../query/readPages.ts';
import { selectList } from '../query/selectList.ts';
import { FLOW_ORDERS, type FlowSort } from '../query/sortOrders.ts';
import type { Source } from '../query/source.ts';
import { tenantWhere } from '../query/tenantWhere.ts';

export const FLOW: ColumnTypes<Flow> = {
  id: UUID,
  created: TIME,
  updated: TIME,
  tenantId: UUID,
  name: TEXT,
  tags: JSONB,
  labels: JSONB,
};

const FLOWS: Source<Flow, Flow> = {
  name: 'flows',
  table: 'flow',
  ofTenant: 'x.tenant_id = $2',
  columns: selectList(FLOW),
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
