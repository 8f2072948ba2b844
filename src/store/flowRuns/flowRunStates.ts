import { sql } from 'kysely';
import type { FlowRunState } from '../../core/runs/state.ts';
import type { PageRequest } from '../../core/values/page.ts';
import type { Queryable } from '../connection/database.ts';
import { readById } from '../query/readById.ts';
import { readChildCounts } from '../query/readCounts.ts';
import { readChildPages } from '../query/readPages.ts';
import { flowRunStateColumns, type StoredState, stateFromRow } from '../query/rows.ts';
import { versionOrder } from '../query/sortOrders.ts';
import type { Lean, Source } from '../query/source.ts';

/** A state as lists read it that do not show its data. */
export type LeanFlowRunState = Lean<FlowRunState, 'data'>;

const FLOW_RUN_STATES: Source<StoredState<FlowRunState>, FlowRunState, 'data'> = {
  name: 'flowRunStates',
  table: 'flow_run_state',
  ofTenant: 'exists (select from flow_run r where r.id = x.flow_run_id and r.tenant_id = $2)',
  columns: flowRunStateColumns,
  wide: ['data'],
  fromRow: stateFromRow,
};

/** A page of histories, by version. */
export interface StateList<IsWide extends boolean = boolean> {
  newestFirst?: boolean;
  page?: PageRequest;
  /** False leaves out the data; true by default. */
  wide?: IsWide | undefined;
}

export const flowRunStatesById = readById(FLOW_RUN_STATES);

/** The histories of flow runs. */
export const flowRunStatesOf = <IsWide extends boolean = true>(
  database: Queryable,
  flowRunIds: readonly string[],
  { newestFirst = false, page = {}, wide }: StateList<IsWide>,
) =>
  readChildPages(database, FLOW_RUN_STATES, flowRunIds, {
    list: (id) => `flowRunStates:${id}`,
    where: sql`true`,
    order: versionOrder(newestFirst),
    page,
    wide,
    parent: 'flowRunId',
    parentOf: ({ flowRunId }) => flowRunId,
  });

export const flowRunStateCountsOf = (
  database: Queryable,
  flowRunIds: readonly string[],
  atMost: number,
): Promise<Map<string, number>> =>
  readChildCounts(database, FLOW_RUN_STATES, flowRunIds, 'flowRunId', sql`true`, atMost);
