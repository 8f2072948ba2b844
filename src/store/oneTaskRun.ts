import type { TaskRunState } from '../core/state.ts';
import { type Queryable, statement } from './database.ts';
import { lockedStateFromRow, prefect1FromRow, taskRunFromRow } from './rows.ts';
import { moveOne, STATE_COLUMNS, STATE_VALUES, stateArrays } from './runArrays.ts';
import { takenNumbers } from './runCounters.ts';
import { type BegunTaskRun, begunArrays, insertOneTaskRun } from './taskRunCreations.ts';
import {
  flowRunOf,
  LOCKED_COLUMNS,
  type LockedTaskRun,
  type LockedTaskRunRow,
  type MovedTaskRun,
  movedTaskRunArrays,
  OWN_MOVED_COLUMN,
  type WrittenTaskRunState,
} from './taskRunWrites.ts';

// One task run, written by one statement, which is a transaction by itself: a third of the trips and less than half of the
// work of a transaction. What was read before is not locked; the statement writes only where it still holds.

/** A task run as it was read. */
export interface SeenTaskRun extends LockedTaskRun {
  /** Tells this version of the row from all others. */
  rowVersion: string;
  /** Whether one of its tags has a limit, or it holds a slot of one. */
  isLimited: boolean;
}

const READ = statement(
  'taskRuns.readOne',
  `select ${LOCKED_COLUMNS}, r.xmin::text as "rowVersion", r.tags <> '[]' and (
     exists (
       select from concurrency_limit l, jsonb_array_elements_text(r.tags) as tag (word)
       where l.tenant_id = r.tenant_id and l.name = 'tag:' || tag.word and l.active
     ) or exists (select from concurrency_slot c where c.task_run_id = r.id)
   ) as "isLimited"
   from task_run r left join flow_run f on f.id = r.flow_run_id where r.id = $1`,
);

/** A task run without its limits and without its state's data. */
export async function readTaskRun(database: Queryable, id: string): Promise<SeenTaskRun | null> {
  const [row] = await database.query<LockedTaskRunRow & Pick<SeenTaskRun, 'rowVersion' | 'isLimited'>>(READ, [id]);
  if (!row) return null;
  return {
    run: taskRunFromRow(row),
    initial: lockedStateFromRow(row),
    prefect1: prefect1FromRow(row),
    flowRun: flowRunOf(row),
    limited: null,
    now: row.now,
    rowVersion: row.rowVersion,
    isLimited: row.isLimited,
  };
}

const TAKEN = takenNumbers('task_run_states', 'select flow_run_id, 1 from run where flow_run_id is not null');

/** The state of `run`, a CTE with the row that was written, and its position among those of its flow run. State: $1 to $10. */
const writeState = (version: string) => `, ${TAKEN}
  insert into task_run_state (${STATE_COLUMNS}, task_run_id, flow_run_id, version, out_of_order, position)
  select ${STATE_VALUES}, id, flow_run_id, ${version}, false, (select last from taken) from run
  returning position`;

const MOVE = statement(
  'taskRuns.moveOne',
  `with run as (
    ${moveOne('task_run', OWN_MOVED_COLUMN, 11)} and r.xmin = $30::xid returning r.id, r.flow_run_id, r.version
  )${writeState('version')}`,
);

/** Moves a run that is as it was seen; null where it is not. Gives the state as it stands in its history. */
export async function moveTaskRun(
  database: Queryable,
  { rowVersion }: SeenTaskRun,
  moved: MovedTaskRun,
  { state, ...place }: WrittenTaskRunState,
): Promise<TaskRunState | null> {
  const [row] = await database.query<{ position: number | null }>(MOVE, [
    ...oneOf(stateArrays([state])),
    ...oneOf(movedTaskRunArrays([moved])),
    rowVersion,
  ]);
  if (!row) return null;
  const { prefect1: _, ...shown } = state;
  return { ...shown, ...place, position: row.position };
}

const CREATE = statement(
  'taskRuns.createOne',
  `with run as (
    ${insertOneTaskRun(11)} on conflict do nothing returning id, flow_run_id
  )${writeState('1')}`,
);

/** Inserts a run in its first state; false where there is one with its keys or its id. */
export async function createTaskRun(database: Queryable, begun: BegunTaskRun): Promise<boolean> {
  const values = [...oneOf(stateArrays([begun.state])), ...oneOf(begunArrays([begun]))];
  return (await database.query(CREATE, values)).length > 0;
}

const oneOf = (arrays: readonly unknown[][]): unknown[] => arrays.map(([value]) => value);
