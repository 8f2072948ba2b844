import { afterMove } from '../../core/runs/move.ts';
import type { TaskRunState } from '../../core/runs/state.ts';
import { type Queryable, statement } from '../connection/database.ts';
import { namesOf, rowParameters, rowValues } from '../query/writtenColumns.ts';
import { moveOne } from '../runs/movedColumns.ts';
import { onTime } from '../runs/readClock.ts';
import { takenNumbers } from '../runs/runCounters.ts';
import { currentStateFromRow } from '../runs/runRows.ts';
import { stateColumns } from '../runs/stateRows.ts';
import { LOCKED_COLUMNS, type LockedTaskRun, type LockedTaskRunRow, lockedFromRow } from './lockTaskRuns.ts';
import type { WrittenTaskRunState } from './taskRunStates.ts';
import { MOVED_COLUMNS, type MovedTaskRun } from './updateMovedTaskRuns.ts';

// One task run, written by one statement, which is its own transaction: a third of the round trips and less than half of the
// work of a transaction. The run is not locked when it is read; the statement writes only if what was read still holds.

/** A task run as it was read. */
export interface SeenTaskRun extends LockedTaskRun {
  /** Changes whenever the row changes. */
  rowVersion: string;
  /** The state id of its flow run. */
  flowRunStateId: string | null;
  hasTags: boolean;
  /** Whether one of its tags may have a limit, or it holds a slot of a limit. */
  isLimited: boolean;
}

const READ = statement(
  'taskRuns.readOne',
  `select ${LOCKED_COLUMNS}, f.state_id as "flowRunStateId", r.xmin::text as "rowVersion",
   r.tags <> '[]' as "hasTags", r.tags <> '[]' and (
     exists (
       select from concurrency_limit l, jsonb_array_elements_text(r.tags) as tag (word)
       where l.tenant_id = r.tenant_id and l.name = 'tag:' || tag.word and l.active
     ) or exists (select from concurrency_slot c where c.task_run_id = r.id)
   ) as "isLimited"
   from task_run r left join flow_run f on f.id = r.flow_run_id where r.id = $1`,
);

/** Reads a task run without its limits and without its state's data. */
export async function readTaskRunAlone(database: Queryable, id: string): Promise<SeenTaskRun | null> {
  const [row] = await database.query<
    LockedTaskRunRow & Pick<SeenTaskRun, 'rowVersion' | 'flowRunStateId' | 'hasTags' | 'isLimited'>
  >(READ, [id]);
  if (!row) return null;
  const { rowVersion, flowRunStateId, hasTags, isLimited } = row;
  return { ...lockedFromRow(row, currentStateFromRow(row), null), rowVersion, flowRunStateId, hasTags, isLimited };
}

const STATE = stateColumns(({ state }: Pick<WrittenTaskRunState, 'state'>) => state);
/** The first parameter after those of the state. */
const NEXT = STATE.length + 1;
const TIMESTAMP = `$${STATE.findIndex(({ name }) => name === 'timestamp') + 1}`;

/**
 * Follows a CTE `run` with the written row: writes its state, from the parameters $1 on, and the state's position among the
 * states of its flow run. Writes nothing if `run` has no row.
 */
const WRITE_STATE = `${takenNumbers('task_run_states', 'select flow_run_id, 1 from run where flow_run_id is not null')},
  state as (
    insert into task_run_state (${namesOf(STATE)}, task_run_id, flow_run_id, version, out_of_order, position)
    select ${rowParameters(STATE, 1)}, id, flow_run_id, version, false, (select last from taken) from run
    returning position
  )
  select run."rowVersion", state.position from run, state`;
const RETURNING = 'returning r.id, r.flow_run_id, r.version, r.xmin::text as "rowVersion"';

interface WrittenRow {
  rowVersion: string;
  position: number | null;
}

const AFTER_MOVED = NEXT + MOVED_COLUMNS.length;
const MOVE = statement(
  'taskRuns.moveOne',
  `with run as (
    ${moveOne('task_run', MOVED_COLUMNS, NEXT)} and r.xmin = $${AFTER_MOVED}::xid and ${onTime(TIMESTAMP)}
      and (select f.state_id from flow_run f where f.id = r.flow_run_id) is not distinct from $${AFTER_MOVED + 1}
    ${RETURNING}
  ), ${WRITE_STATE}`,
);

/**
 * Moves a task run. Returns the run after the move, and the state as its history will show it. Returns null, and writes
 * nothing, if the run, the state of its flow run, or the time is no longer the one seen.
 */
export async function updateTaskRunAlone(
  database: Queryable,
  seen: SeenTaskRun,
  moved: MovedTaskRun,
  written: WrittenTaskRunState,
): Promise<{ seen: SeenTaskRun; state: TaskRunState } | null> {
  const [row] = await database.query<WrittenRow>(MOVE, [
    ...rowValues(STATE, written),
    ...rowValues(MOVED_COLUMNS, moved),
    seen.rowVersion,
    seen.flowRunStateId,
  ]);
  if (!row) return null;
  const { state, ...place } = written;
  const { prefect1: _, ...shown } = state;
  return {
    seen: { ...afterMove(seen, { ...moved, state }), rowVersion: row.rowVersion },
    state: { ...shown, ...place, position: row.position },
  };
}
