import type { Instant } from '../core/instant.ts';
import type { TaskRunChanges, TaskRunFacts, TaskRunMove } from '../core/move.ts';
import { beatsTaskRun } from '../core/prefect1Policy.ts';
import type { JsonObject, ProposedState, SerializedState, State, StateType, TaskRunState } from '../core/state.ts';
import { type Queryable, statement } from './database.ts';
import { TASK_RUNS_LIMITED, type TaskRunLimited, type TaskRunSecondRow, taskRunLimited } from './limitedRuns.ts';
import { detailsFromJson, type LockedRow, prefect1Columns, taskRunFactColumns, taskRunFromRow } from './rows.ts';
import {
  heartbeatArray,
  lockRuns,
  type MovedRun,
  movedArrays,
  moveStatement,
  STATE_ARRAYS,
  STATE_COLUMNS,
  stateArrays,
} from './runArrays.ts';
import { countEach, numberer, takeNumbers } from './runCounters.ts';

export interface LockedTaskRun {
  run: TaskRunFacts;
  /** The run's current state. Its data is read only where a rule asks for it: of completed runs. */
  initial: State;
  /** The current state in Prefect 1's words; null where no Prefect 1 client knows the run. */
  prefect1: SerializedState | null;
  flowRun: TaskRunMove['flowRun'];
  /** What the run has to do with limits; null where none of its tags has one. */
  limited: TaskRunLimited | null;
  now: Instant;
}

type LockedTaskRunRow = LockedRow<TaskRunFacts> & {
  flowStateType: StateType | null;
  flowStateDetails: JsonObject | null;
  flowRunCount: number | null;
};

const LOCK = {
  lock: statement(
    'taskRuns.lock',
    `select ${taskRunFactColumns('r')}, r.state_message as "stateMessage", r.state_details as "stateDetails",
       ${prefect1Columns('r')}, clock_timestamp() as now, f.state_type as "flowStateType", f.state_details as "flowStateDetails",
       f.run_count as "flowRunCount"
     from task_run r left join flow_run f on f.id = r.flow_run_id
     where r.id = any($1::uuid[]) order by r.id for no key update of r`,
  ),
  second: TASK_RUNS_LIMITED,
};

/** Locks task runs in the order of their ids until the transaction ends. Runs that do not exist are not in the map. */
export async function lockTaskRuns(
  transaction: Queryable,
  ids: readonly string[],
): Promise<Map<string, LockedTaskRun>> {
  const locked = await lockRuns<LockedTaskRunRow, TaskRunSecondRow>(transaction, LOCK, ids);
  return new Map(
    locked.map(({ row, initial, prefect1, second }) => [
      row.id,
      {
        run: taskRunFromRow(row),
        initial,
        prefect1,
        flowRun: flowRunOf(row),
        limited: taskRunLimited(second),
        now: row.now,
      },
    ]),
  );
}

function flowRunOf(row: LockedTaskRunRow): TaskRunMove['flowRun'] {
  if (row.flowRunId === null || row.flowStateType === null) return null;
  return {
    id: row.flowRunId,
    stateType: row.flowStateType,
    details: detailsFromJson(row.flowStateDetails ?? {}),
    runCount: row.flowRunCount ?? 0,
  };
}

export interface WrittenTaskRunState {
  taskRunId: string;
  flowRunId: string | null;
  version: number;
  state: ProposedState;
  /** Reported after a newer state was known. */
  outOfOrder: boolean;
}

const INSERT_STATES = statement(
  'taskRunStates.insert',
  `insert into task_run_state (${STATE_COLUMNS}, task_run_id, flow_run_id, version, position, out_of_order)
   select * from unnest(${STATE_ARRAYS}, $11::uuid[], $12::uuid[], $13::int[], $14::int8[], $15::bool[])`,
);

/**
 * Writes states, gives each its position among the task run states of its flow run, and gives them back by id as they
 * then stand in their history.
 */
export async function insertTaskRunStates(
  transaction: Queryable,
  written: readonly WrittenTaskRunState[],
): Promise<Map<string, TaskRunState>> {
  const counts = countEach(written.flatMap(({ flowRunId }) => flowRunId ?? []));
  const nextOf = numberer(counts.size === 0 ? counts : await takeNumbers(transaction, 'taskRunStates', counts));
  const states = written.map(({ state, flowRunId, ...place }): TaskRunState & ProposedState => ({
    ...state,
    ...place,
    flowRunId,
    position: flowRunId === null ? null : nextOf(flowRunId),
  }));
  await transaction.query(INSERT_STATES, [
    ...stateArrays(states),
    states.map(({ taskRunId }) => taskRunId),
    states.map(({ flowRunId }) => flowRunId),
    states.map(({ version }) => version),
    states.map(({ position }) => position),
    states.map(({ outOfOrder }) => outOfOrder),
  ]);
  return new Map(states.map(({ prefect1: _, ...state }) => [state.id, state]));
}

export type MovedTaskRun = MovedRun<TaskRunChanges>;
const MOVE = moveStatement('task_run', 'taskRuns.move', ['flow_run_run_count', 'int']);

export async function updateMovedTaskRuns(transaction: Queryable, moved: readonly MovedTaskRun[]): Promise<void> {
  await transaction.query(MOVE, [
    ...movedArrays(moved),
    moved.map(({ changes }) => changes.flowRunRunCount),
    heartbeatArray(moved, beatsTaskRun),
  ]);
}
