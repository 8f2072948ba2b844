import type { TaskRun } from '../../core/runs/run.ts';
import type { ProposedState } from '../../core/runs/state.ts';
import { type Queryable, statement, type Transaction } from '../connection/database.ts';
import { INTEGER, UUID } from '../query/columnTypes.ts';
import { arrayValues, column, fieldColumns, insertMany, type WrittenColumn } from '../query/writtenColumns.ts';
import { stateCopyColumns } from '../runs/runRows.ts';
import { keysText, type TaskRunKeys, taskRunKeyColumns } from './taskRunKeys.ts';
import { TASK_RUN } from './taskRunRows.ts';

/** A task of a registered flow, and which of its mapped runs a task run is. */
export interface RegisteredTask {
  id: string;
  mapIndex: number;
}

/** The map index of a task run that is not mapped. */
export const NOT_MAPPED = -1;

/** A task run in its first state. */
export interface BegunTaskRun {
  run: TaskRun;
  state: ProposedState;
  /** Only for a run that Prefect 1 clients know. */
  task?: RegisteredTask | null;
}

// The database sets these.
const { created: _, updated: __, ...GIVEN } = TASK_RUN;

export const BEGUN_COLUMNS: readonly WrittenColumn<BegunTaskRun>[] = [
  ...fieldColumns(GIVEN, ({ run }: BegunTaskRun) => run),
  ...stateCopyColumns(({ state }: BegunTaskRun) => state),
  column('task_id', UUID, ({ task }) => task?.id ?? null),
  column('map_index', INTEGER, ({ task }) => task?.mapIndex ?? NOT_MAPPED),
];

const INSERT = insertMany('task_run as r', BEGUN_COLUMNS);
const INSERT_ALL = statement('taskRuns.insert', INSERT);
const INSERT_NEW = statement(
  'taskRuns.insertNew',
  `${INSERT} on conflict do nothing returning ${taskRunKeyColumns('r')}`,
);

/**
 * Sends task runs to be inserted. If another transaction was faster, the transaction fails with a violated key; a retry finds
 * the other's runs.
 */
export function insertTaskRuns(transaction: Transaction, begun: readonly BegunTaskRun[]): void {
  transaction.send(INSERT_ALL, arrayValues(BEGUN_COLUMNS, begun));
}

/**
 * Inserts task runs, and returns the keys of the new ones as `keysText`. A run is left out if a task run has its keys, or if
 * its id belongs to another task run.
 */
export async function insertNewTaskRuns(transaction: Queryable, begun: readonly BegunTaskRun[]): Promise<Set<string>> {
  const rows = await transaction.query<TaskRunKeys>(INSERT_NEW, arrayValues(BEGUN_COLUMNS, begun));
  return new Set(rows.map(keysText));
}
