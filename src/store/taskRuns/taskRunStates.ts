import type { PlainState, ProposedState, TaskRunState } from '../../core/runs/state.ts';
import { type Queryable, statement, type Transaction } from '../connection/database.ts';
import type { StateList } from '../flowRuns/flowRunStates.ts';
import { EVERY_ROW } from '../query/listRows.ts';
import { readById } from '../query/readById.ts';
import { readChildCounts } from '../query/readCounts.ts';
import { readChildPages } from '../query/readPages.ts';
import { versionOrder } from '../query/sortOrders.ts';
import type { Lean, Source } from '../query/source.ts';
import { fieldColumns, type WrittenColumn } from '../query/writtenColumns.ts';
import { numberedInsert, numberedValues } from '../runs/runCounters.ts';
import {
  type StoredState,
  stateColumns,
  stateFromRow,
  TASK_RUN_STATE_PLACE,
  taskRunStateColumns,
} from '../runs/stateRows.ts';

/** A state in a list that does not show its data. */
export type LeanTaskRunState = Lean<TaskRunState, 'data'>;

const TASK_RUN_STATES: Source<StoredState<TaskRunState>, TaskRunState, 'data'> = {
  name: 'taskRunStates',
  table: 'task_run_state',
  ofTenant: 'exists (select from task_run r where r.id = x.task_run_id and r.tenant_id = $2)',
  columns: taskRunStateColumns,
  wide: ['data'],
  fromRow: stateFromRow,
};

/** The name of the list in cursors. */
export const statesOfTaskRunName = (taskRunId: string): string => `taskRunStates:${taskRunId}`;

export const taskRunStatesById = readById(TASK_RUN_STATES);

/** The histories of task runs. */
export const taskRunStatesOf = <IsWide extends boolean = true>(
  database: Queryable,
  taskRunIds: readonly string[],
  { newestFirst = false, page = {}, wide }: StateList<IsWide>,
) =>
  readChildPages(database, TASK_RUN_STATES, taskRunIds, {
    list: statesOfTaskRunName,
    rows: EVERY_ROW,
    order: versionOrder(newestFirst),
    page,
    wide,
    parent: 'taskRunId',
    parentOf: ({ taskRunId }) => taskRunId,
  });

export const taskRunStateCountsOf = (
  database: Queryable,
  taskRunIds: readonly string[],
  atMost: number,
): Promise<Map<string, number>> =>
  readChildCounts(database, TASK_RUN_STATES, taskRunIds, 'taskRunId', EVERY_ROW, atMost);

const OWNERS = statement(
  'taskRunStates.owners',
  'select id, task_run_id as "taskRunId" from task_run_state where id = any($1::uuid[])',
);

/** The task runs of the states that exist already: their ids, by the ids of the states. */
export async function ownersOfTaskRunStates(
  transaction: Queryable,
  ids: readonly string[],
): Promise<Map<string, string>> {
  const rows = await transaction.query<{ id: string; taskRunId: string }>(OWNERS, [ids]);
  return new Map(rows.map(({ id, taskRunId }) => [id, taskRunId]));
}

/** A state of a task run, as it is written: the database assigns its position. */
export interface WrittenTaskRunState extends Omit<TaskRunState, keyof PlainState | 'position'> {
  state: ProposedState;
}

const { position: _, ...GIVEN } = TASK_RUN_STATE_PLACE;
const COLUMNS: readonly WrittenColumn<WrittenTaskRunState>[] = [
  ...stateColumns(({ state }: WrittenTaskRunState) => state),
  ...fieldColumns(GIVEN, (place: WrittenTaskRunState) => place),
];
const INSERT = numberedInsert('taskRunStates.insert', {
  table: 'task_run_state',
  columns: COLUMNS,
  run: 'flow_run_id',
  number: 'position',
  counter: 'task_run_states',
  returning: 'id, position',
});

/**
 * Sends states to be written, each with the next position among the task run states of its flow run.
 * @returns the states by id, as their histories will show them; filled when the transaction ends
 */
export function insertTaskRunStates(
  transaction: Transaction,
  written: readonly WrittenTaskRunState[],
): Map<string, TaskRunState> {
  const flowRunIds = written.map(({ flowRunId }) => flowRunId);
  const states = new Map<string, TaskRunState>();
  transaction.send<{ id: string; position: number | null }>(
    INSERT,
    numberedValues(COLUMNS, written, flowRunIds),
    (rows) => {
      const positions = new Map(rows.map(({ id, position }) => [id, position]));
      for (const { state, ...place } of written) {
        const { prefect1: _, ...shown } = state;
        states.set(state.id, { ...shown, ...place, position: positions.get(state.id) ?? null });
      }
    },
  );
  return states;
}
