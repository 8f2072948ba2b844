import { EVERYTHING, type Filter } from '../../core/filters/filter.ts';
import type { FlowRun } from '../../core/runs/run.ts';
import type { PageRequest } from '../../core/values/page.ts';
import { type Queryable, statement } from '../connection/database.ts';
import { tenantRows } from '../query/listRows.ts';
import { readById } from '../query/readById.ts';
import { readChildCounts, readCount } from '../query/readCounts.ts';
import { readChildPages, readPage } from '../query/readPages.ts';
import { RUN_ORDERS, type RunSort } from '../query/sortOrders.ts';
import type { Lean, Source } from '../query/source.ts';
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

/** The names of the lists in cursors. */
export const flowRunsName = (sort: string): string => `flowRuns.${sort}`;
export const flowRunsOfFlowName = (flowId: string, sort: string): string => `flowFlowRuns:${flowId}.${sort}`;

export const flowRunsById = readById(FLOW_RUNS);

export const flowRunPage = <IsWide extends boolean = true>(
  database: Queryable,
  tenantId: string,
  { filter = EVERYTHING, sort = 'ID_DESC', page = {}, wide }: FlowRunList<IsWide>,
) =>
  readPage(database, FLOW_RUNS, {
    list: flowRunsName(sort),
    rows: tenantRows('flowRun', tenantId, filter),
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
): Promise<number> => readCount(database, FLOW_RUNS, tenantRows('flowRun', tenantId, filter), atMost);

/** The flow runs of flows. */
export const flowRunsOf = <IsWide extends boolean = true>(
  database: Queryable,
  tenantId: string,
  flowIds: readonly string[],
  { filter = EVERYTHING, sort = 'ID_DESC', page = {}, wide }: FlowRunList<IsWide>,
) =>
  readChildPages(database, FLOW_RUNS, flowIds, {
    list: (id) => flowRunsOfFlowName(id, sort),
    rows: tenantRows('flowRun', tenantId, filter),
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
  readChildCounts(database, FLOW_RUNS, flowIds, 'flowId', tenantRows('flowRun', tenantId, filter), atMost);

/** What a flow run's idempotency key is unique in. */
export type FlowRunKey = Pick<FlowRun, 'tenantId' | 'flowId' | 'idempotencyKey'>;

const BY_KEYS = statement(
  'flowRuns.byIdempotencyKeys',
  `select ${flowRunColumns('r')} from unnest($1::uuid[], $2::uuid[], $3::text[]) as k (tenant_id, flow_id, key)
   join flow_run r on r.flow_id = k.flow_id and r.idempotency_key = k.key and r.tenant_id = k.tenant_id`,
);

/** The flow runs with these idempotency keys, by `flowRunKeyText`. */
export async function flowRunsByKeys(database: Queryable, keys: readonly FlowRunKey[]): Promise<Map<string, FlowRun>> {
  const values = [keys.map(({ tenantId }) => tenantId), keys.map(({ flowId }) => flowId)];
  const rows = await database.query<FlowRunRow>(BY_KEYS, [...values, keys.map((key) => key.idempotencyKey)]);
  return new Map(rows.map((row) => [flowRunKeyText(row), flowRunFromRow(row)]));
}

export const flowRunKeyText = ({ flowId, idempotencyKey }: FlowRunKey): string => `${flowId} ${idempotencyKey}`;
