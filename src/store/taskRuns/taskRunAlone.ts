import type { TaskRunState } from '../../core/runs/state.ts';
import type { Instant } from '../../core/values/instant.ts';
import { type Queryable, statement } from '../connection/database.ts';
import { lockedStateFromRow, prefect1FromRow, taskRunFromRow } from '../query/rows.ts';
import { moveOne, STATE_COLUMNS, STATE_VALUES, stateArrays } from '../runs/runArrays.ts';
import { takenNumbers } from '../runs/runCounters.ts';
import { type BegunTaskRun, begunArrays, type EnclosingFlowRun, insertOneTaskRun } from './taskRunCreations.ts';
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
  /** The state that its flow run was in. */
  flowRunStateId: string | null;
  hasTags: boolean;
  /** Whether one of its tags may have a limit, or it holds a slot of one. */
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

/** A task run without its limits and without its state's data. */
export async function readTaskRunAlone(database: Queryable, id: string): Promise<SeenTaskRun | null> {
  const [row] = await database.query<
    LockedTaskRunRow & Pick<SeenTaskRun, 'rowVersion' | 'flowRunStateId' | 'hasTags' | 'isLimited'>
  >(READ, [id]);
  if (!row) return null;
  return {
    run: taskRunFromRow(row),
    initial: lockedStateFromRow(row),
    prefect1: prefect1FromRow(row),
    flowRun: flowRunOf(row),
    limited: null,
    now: row.now,
    flowRunStateId: row.flowRunStateId,
    rowVersion: row.rowVersion,
    hasTags: row.hasTags,
    isLimited: row.isLimited,
  };
}

/**
 * Behind `run`, a CTE with the row that was written: its state, $1 to $10, with its position among those of its flow run.
 * Nothing where no row was written.
 */
const WRITE_STATE = `${takenNumbers('task_run_states', 'select flow_run_id, 1 from run where flow_run_id is not null')},
  state as (
    insert into task_run_state (${STATE_COLUMNS}, task_run_id, flow_run_id, version, out_of_order, position)
    select ${STATE_VALUES}, id, flow_run_id, version, false, (select last from taken) from run
    returning position
  )
  select run."rowVersion", state.position from run, state`;
/** The clock that the state was decided by: one that stood still, as a computer does that sleeps, writes nothing. */
const ON_TIME = `$4::timestamptz between clock_timestamp() - interval '1 second' and clock_timestamp() + interval '1 second'`;
const RETURNING = 'returning r.id, r.flow_run_id, r.version, r.xmin::text as "rowVersion"';

interface WrittenRow {
  rowVersion: string;
  position: number | null;
}

const MOVE = statement(
  'taskRuns.moveOne',
  `with run as (
    ${moveOne('task_run', OWN_MOVED_COLUMN, 11)} and r.xmin = $30::xid and ${ON_TIME}
      and (select f.state_id from flow_run f where f.id = r.flow_run_id) is not distinct from $31
    ${RETURNING}
  ), ${WRITE_STATE}`,
);

/**
 * Moves a run that is as it was seen, in a flow run that is in the state it was seen in, at the time that it is; null where
 * one of these does not hold, and nothing is written. Gives the run as it is then, and the state as it stands in its history.
 */
export async function updateTaskRunAlone(
  database: Queryable,
  seen: SeenTaskRun,
  moved: MovedTaskRun,
  { state, ...place }: WrittenTaskRunState,
): Promise<{ seen: SeenTaskRun; state: TaskRunState } | null> {
  const [row] = await database.query<WrittenRow>(MOVE, [
    ...oneOf(stateArrays([state])),
    ...oneOf(movedTaskRunArrays([moved])),
    seen.rowVersion,
    seen.flowRunStateId,
  ]);
  if (!row) return null;
  const { version } = moved;
  const { prefect1, ...shown } = state;
  return {
    seen: {
      ...seen,
      run: { ...seen.run, ...moved.changes, version },
      initial: { ...shown, version },
      prefect1,
      rowVersion: row.rowVersion,
    },
    state: { ...shown, ...place, position: row.position },
  };
}

// The flow run is locked against being deleted before its counter is: that is the order of all locks.
const CREATE = statement(
  'taskRuns.createOne',
  `with run as (
    ${insertOneTaskRun('r', 11)}
    where ${ON_TIME} and ($43::uuid is null or exists (
      select from flow_run f where f.id = $43 and f.state_id = $44 and f.labels = $45::jsonb for key share
    ))
    on conflict do nothing ${RETURNING}
  ), ${WRITE_STATE}`,
);

/**
 * Inserts a run in its first state, in a flow run whose state and labels are as they were seen; null where they are not, or
 * where there is a run with its keys or its id, and nothing is written. Gives the run as it is then.
 */
export async function insertTaskRunAlone(
  database: Queryable,
  begun: BegunTaskRun,
  flowRun: EnclosingFlowRun | null,
  now: Instant,
): Promise<SeenTaskRun | null> {
  const { run, state } = begun;
  const [row] = await database.query<WrittenRow>(CREATE, [
    ...oneOf(stateArrays([state])),
    ...oneOf(begunArrays([begun])),
    flowRun?.facts.id ?? null,
    flowRun?.stateId ?? null,
    flowRun && JSON.stringify(flowRun.labels),
  ]);
  if (!row) return null;
  const { prefect1, ...shown } = state;
  return {
    run,
    initial: { ...shown, version: run.version },
    prefect1,
    flowRun: flowRun?.facts ?? null,
    flowRunStateId: flowRun?.stateId ?? null,
    limited: null,
    hasTags: run.tags.length > 0,
    isLimited: run.tags.length > 0,
    now,
    rowVersion: row.rowVersion,
  };
}

const oneOf = (arrays: readonly unknown[][]): unknown[] => arrays.map(([value]) => value);
