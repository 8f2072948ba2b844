import type { RunChanges } from '../../core/runs/move.ts';
import type { ProposedState, SerializedState } from '../../core/runs/state.ts';
import { type Statement, statement } from '../connection/database.ts';
import { type ColumnTypes, INTEGER, TIME, UUID } from '../query/columnTypes.ts';
import { arrayParameters, column, fieldColumns, namesOf, type WrittenColumn } from '../query/writtenColumns.ts';
import { stateCopyColumns } from './runRows.ts';

/** A run after its last move of a batch. */
export interface MovedRun<Changes extends RunChanges> {
  id: string;
  /** The number of states in the run's history. */
  version: number;
  changes: Changes;
  /** The state that `changes` name; the run's row keeps its message, details and Prefect 1 form. */
  state: Pick<ProposedState, 'message' | 'details' | 'prefect1'>;
}

const HEARTBEAT = 'heartbeat';

/**
 * The columns that a move writes: first the id, which finds the row. The heartbeat is the time of a state that is a sign of
 * life, and otherwise null, which leaves the column unchanged.
 */
export const movedColumns = <Changes extends RunChanges>(
  changes: ColumnTypes<Changes>,
  beats: (prefect1: SerializedState | null) => boolean,
): WrittenColumn<MovedRun<Changes>>[] => [
  column('id', UUID, ({ id }) => id),
  column('version', INTEGER, ({ version }) => version),
  ...fieldColumns(changes, (moved: MovedRun<Changes>) => moved.changes),
  ...stateCopyColumns(({ state }: MovedRun<Changes>) => state),
  column(HEARTBEAT, TIME, (moved) => (beats(moved.state.prefect1) ? moved.changes.stateTimestamp : null)),
];

type RunTable = 'flow_run' | 'task_run';
type Columns = readonly WrittenColumn<never>[];

const assignments = (columns: Columns, newValue: (column: WrittenColumn<never>, index: number) => string) =>
  columns
    .map((column, index) => {
      const value = newValue(column, index);
      return `${column.name} = ${column.name === HEARTBEAT ? `coalesce(${value}, r.heartbeat)` : value}`;
    })
    .slice(1)
    .join(', ');

/** The statement that moves runs; `arrayValues` of the columns are its values. */
export const moveStatement = (table: RunTable, name: string, columns: Columns): Statement =>
  statement(
    name,
    `update ${table} r set updated = now(), ${assignments(columns, (column) => `u.${column.name}`)}
     from unnest(${arrayParameters(columns, 1)}) as u(${namesOf(columns)})
     where r.id = u.id`,
  );

/** The text that moves one run, whose `rowValues` are the parameters from `$first` on; more conditions may follow. */
export const moveOne = (table: RunTable, columns: Columns, first: number): string =>
  `update ${table} r set updated = now(), ${assignments(columns, (_, index) => `$${first + index}`)}
   where r.id = $${first}`;
