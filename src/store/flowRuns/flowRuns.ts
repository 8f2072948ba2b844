import { EVERYTHING, type Filter } from '../../core/filters/filter.ts';
import type { FlowRun } from '../../core/runs/run.ts';
import type { PageRequest } from '../../core/values/page.ts';
import { type Queryable, statement } from '../connection/database.ts';
import { readById } from '../query/readById.ts';
import { readChildCounts, readCount } from '../query/readCounts.ts';
import { readChildPages, readPage } from '../query/readPages.ts';
import { RUN_ORDERS, type RunSort } from '../query/sortOrders.ts';
import type { Lean, Source } from '../query/source.ts';
import { tenantWhere } from '../query/tenantWhere.ts';
import { type FlowRunRow, flowRunColumns, flowRunFromRow } from './flowRunRows.ts';

type Wide = 'parameters' | 'context' | 'jobVariables';
/** A flow run in a list that shows no parameters, no context and no job variables. */
export type LeanFlowRun = Lean<FlowRun, Wide>;

export const FLOW_RUNS: Source<FlowRunRow, FlowRun, Wide> = {
  name: 'flowRuns',
  table: 'flow_run',
  ofTenant: 'x.tenant_id = $2',
  columns: flowRunColumns,
  wide: ['parameters', 'context', 'jobVariables'],
  fromRow: flowRunFromRow,
};

export interface FlowRunList<IsWide extends boolean = boolean> {
  filter?: Filter;
  sort?: RunSort;
  page?: PageRequest;
  /** False reads `LeanFlowRun`s. Defaults to true. */
  wide?: IsWide | undefined;
}

export const flowRunsById = readById(FLOW_RUNS);

export const flowRunPage = <IsWide extends boolean = true>(
  database: Queryable,
  tenantId: string,
  { filter = EVERYTHING, sort = 'ID_DESC', page = {}, wide }: FlowRunList<IsWide>,
) =>
  readPage(database, FLOW_RUNS, {
    list: `flowRuns.${sort}`,
    where: tenantWhere('flowRun', tenantId, filter),
    order: RUN_ORDERS[sort],
    page,
    wide,
  });

/** Exact, or `atMost` if there are at least that many. */
export const flowRunCount = (
  database: Queryable,
  tenantId: string,
  filter: Filter = EVERYTHING,
  atMost: number | null = null,
): Promise<number> => readCount(database, FLOW_RUNS, tenantWhere('flowRun', tenantId, filter), atMost);

/** The flow runs of flows. */
export const flowRunsOf = <IsWide extends boolean = true>(
  database: Queryable,
  tenantId: string,
  flowIds: readonly string[],
  { filter = EVERYTHING, sort = 'ID_DESC', page = {}, wide }: FlowRunList<IsWide>,
) =>
  readChildPages(database, FLOW_RUNS, flowIds, {
    list: (id) => `flowFlowRuns:${id}.${sort}`,
    where: tenantWhere('flowRun', tenantId, filter),
    order: RUN_ORDERS[sort],
    page,
    wide,
    parent: 'flowId',
    parentOf: ({ flowId }) => flowId,
  });

export const flowRunCountsOf = (
  database: Queryable,
  tenantId: string,
  flowIds: readonly string[],
  filter: Filter,
  atMost: number,
): Promise<Map<string, number>> =>
  readChildCounts(database, FLOW_RUNS, flowIds, 'flowId', tenantWhere('flowRun', tenantId, filter), atMost);

const ID_BY_KEY = statement(
  'flowRuns.idByIdempotencyKey',
  'select id from flow_run where flow_id = $1 and idempotency_key = $2 and tenant_id = $3',
);

/** The id of a flow's run with this idempotency key; null if there is none. */
export async function flowRunIdByKey(
  transaction: Queryable,
  tenantId: string,
  flowId: string,
  idempotencyKey: string,
): Promise<string | null> {
  const [row] = await transaction.query<{ id: string }>(ID_BY_KEY, [flowId, idempotencyKey, tenantId]);
  return row?.id ?? null;
}
