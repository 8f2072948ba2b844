import { EVERYTHING, type Filter } from '../../core/filters/filter.ts';
import type { Flow } from '../../core/runs/run.ts';
import type { Page, PageRequest } from '../../core/values/page.ts';
import type { Models, Queryable } from '../connection/database.ts';
import { withJsonColumns } from '../connection/jsonColumn.ts';
import { type ColumnTypes, JSONB, TEXT, TIME, UUID } from '../query/columnTypes.ts';
import { tenantRows } from '../query/listRows.ts';
import { readById } from '../query/readById.ts';
import { readCount } from '../query/readCounts.ts';
import { readPage } from '../query/readPages.ts';
import { selectList } from '../query/selectList.ts';
import { FLOW_ORDERS, type FlowSort } from '../query/sortOrders.ts';
import type { Source } from '../query/source.ts';

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

/** The name of the list in cursors. */
export const flowsName = (sort: string): string => `flows.${sort}`;

export const flowsById = readById(FLOWS);

export const flowPage = (
  database: Queryable,
  tenantId: string,
  { filter = EVERYTHING, sort = 'ID_DESC', page = {} }: FlowList,
): Promise<Page<Flow>> =>
  readPage(database, FLOWS, {
    list: flowsName(sort),
    rows: tenantRows('flow', tenantId, filter),
    order: FLOW_ORDERS[sort],
    page,
  });

/** Returns the exact count, or `atMost` if it is not lower. */
export const flowCount = (
  database: Queryable,
  tenantId: string,
  filter: Filter = EVERYTHING,
  atMost: number | null = null,
): Promise<number> => readCount(database, FLOWS, tenantRows('flow', tenantId, filter), atMost);

/** Returns the flow with this name that was not registered by a Prefect 1 client, and creates it if there is none. */
export async function getOrCreateFlow(
  { prisma }: Models,
  flow: Omit<Flow, 'created' | 'updated'>,
): Promise<{ id: string; created: boolean }> {
  const { id, tenantId, name } = flow;
  const find = () => prisma.flow.findFirst({ where: { tenantId, name, projectId: null }, select: { id: true } });
  const known = await find();
  if (known) return { id: known.id, created: false };
  const data = [withJsonColumns(flow, ['tags', 'labels'])];
  const { count } = await prisma.flow.createMany({ data, skipDuplicates: true });
  if (count > 0) return { id, created: true };
  const found = await find();
  if (!found) throw new Error(`flow ${name} was deleted in the moment of its creation`);
  return { id: found.id, created: false };
}
