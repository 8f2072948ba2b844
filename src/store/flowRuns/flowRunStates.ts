import type { FlowRunState, PlainState, ProposedState } from '../../core/runs/state.ts';
import type { PageRequest } from '../../core/values/page.ts';
import { type Queryable, statement, type Transaction } from '../connection/database.ts';
import { EVERY_ROW } from '../query/listRows.ts';
import { readById } from '../query/readById.ts';
import { readChildCounts } from '../query/readCounts.ts';
import { readChildPages } from '../query/readPages.ts';
import { versionOrder } from '../query/sortOrders.ts';
import type { Lean, Source } from '../query/source.ts';
import { arrayValues, fieldColumns, insertMany, type WrittenColumn } from '../query/writtenColumns.ts';
import {
  FLOW_RUN_STATE_PLACE,
  flowRunStateColumns,
  type StoredState,
  stateColumns,
  stateFromRow,
} from '../runs/stateRows.ts';

/** A state in a list that does not show its data. */
export type LeanFlowRunState = Lean<FlowRunState, 'data'>;

const FLOW_RUN_STATES: Source<StoredState<FlowRunState>, FlowRunState, 'data'> = {
  name: 'flowRunStates',
  table: 'flow_run_state',
  ofTenant: 'exists (select from flow_run r where r.id = x.flow_run_id and r.tenant_id = $2)',
  columns: flowRunStateColumns,
  wide: ['data'],
  fromRow: stateFromRow,
};

/** A page of each history, by version. */
export interface StateList<IsWide extends boolean = boolean> {
  newestFirst?: boolean;
  page?: PageRequest;
  /** False leaves out the data. Defaults to true. */
  wide?: IsWide | undefined;
}

/** The name of the list in cursors. */
export const statesOfFlowRunName = (flowRunId: string): string => `flowRunStates:${flowRunId}`;

export const flowRunStatesById = readById(FLOW_RUN_STATES);

/** The histories of flow runs. */
export const flowRunStatesOf = <IsWide extends boolean = true>(
  database: Queryable,
  flowRunIds: readonly string[],
  { newestFirst = false, page = {}, wide }: StateList<IsWide>,
) =>
  readChildPages(database, FLOW_RUN_STATES, flowRunIds, {
    list: statesOfFlowRunName,
    rows: EVERY_ROW,
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
  readChildCounts(database, FLOW_RUN_STATES, flowRunIds, 'flowRunId', EVERY_ROW, atMost);

/** A state of a flow run, as it is written. */
export interface WrittenFlowRunState extends Omit<FlowRunState, keyof PlainState> {
  state: ProposedState;
}

const COLUMNS: readonly WrittenColumn<WrittenFlowRunState>[] = [
  ...stateColumns(({ state }: WrittenFlowRunState) => state),
  ...fieldColumns(FLOW_RUN_STATE_PLACE, (place: WrittenFlowRunState) => place),
];
const INSERT = statement('flowRunStates.insert', insertMany('flow_run_state', COLUMNS));

/** Sends states to be written, and returns them by id, as their histories will show them. */
export function insertFlowRunStates(
  transaction: Transaction,
  written: readonly WrittenFlowRunState[],
): Map<string, FlowRunState> {
  transaction.send(INSERT, arrayValues(COLUMNS, written));
  return new Map(
    written.map(({ state: { prefect1: _, ...state }, flowRunId, version }) => [
      state.id,
      { ...state, flowRunId, version },
    ]),
  );
}
