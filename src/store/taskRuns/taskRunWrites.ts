import { beatsTaskRun } from '../../core/prefect1/prefect1Policy.ts';
import type { TaskRunChanges, TaskRunFacts, TaskRunMove } from '../../core/runs/move.ts';
import type { ProposedState, SerializedState, State, StateType, TaskRunState } from '../../core/runs/state.ts';
import type { Instant } from '../../core/values/instant.ts';
import type { JsonObject } from '../../core/values/jsonObject.ts';
import { type Queryable, statement, type Transaction } from '../connection/database.ts';
import { detailsFromJson, type LockedRow, prefect1Columns, taskRunFactColumns, taskRunFromRow } from '../query/rows.ts';
import { TASK_RUNS_LIMITED, type TaskRunLimited, type TaskRunSecondRow, taskRunLimited } from '../runs/limitedRuns.ts';
import {
  heartbeatArray,
  lockRuns,
  type MovedRun,
  movedArrays,
  moveStatement,
  STATE_ARRAYS,
  STATE_COLUMNS,
  stateArrays,
} from '../runs/runArrays.ts';
import { placesBehind, takenNumbers } from '../runs/runCounters.ts';

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

export type LockedTaskRunRow = LockedRow<TaskRunFacts> & {
  flowStateType: StateType | null;
  flowStateDetails: JsonObject | null;
  flowRunCount: number | null;
};

export const LOCKED_COLUMNS = `${taskRunFactColumns('r')}, r.state_message as "stateMessage",
  r.state_details as "stateDetails", ${prefect1Columns('r')}, clock_timestamp() as now, f.state_type as "flowStateType",
  f.state_details as "flowStateDetails", f.run_count as "flowRunCount"`;
const LOCK = {
  lock: statement(
    'taskRuns.lock',
    `select ${LOCKED_COLUMNS} from task_run r left join flow_run f on f.id = r.flow_run_id
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

export function flowRunOf(row: LockedTaskRunRow): TaskRunMove['flowRun'] {
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
  `with ${takenNumbers('task_run_states', 'select * from unnest($15::uuid[], $16::int8[])')}
   insert into task_run_state (${STATE_COLUMNS}, task_run_id, flow_run_id, version, out_of_order, position)
   select ${STATE_COLUMNS}, task_run_id, flow_run_id, version, out_of_order, last - behind
   from unnest(${STATE_ARRAYS}, $11::uuid[], $12::uuid[], $13::int[], $14::bool[], $17::int8[])
     as u(${STATE_COLUMNS}, task_run_id, flow_run_id, version, out_of_order, behind)
   left join taken on taken.run_id = u.flow_run_id
   returning id, position`,
);

/**
 * Sends states to be written, each with a position among the task run states of its flow run.
 * @returns the states by id, as they then stand in their history; filled when the transaction is over
 */
export function insertTaskRunStates(
  transaction: Transaction,
  written: readonly WrittenTaskRunState[],
): Map<string, TaskRunState> {
  const flowRunIds = written.map(({ flowRunId }) => flowRunId);
  const { runIds, counts, behind } = placesBehind(flowRunIds);
  const values = [
    ...stateArrays(written.map(({ state }) => state)),
    written.map(({ taskRunId }) => taskRunId),
    flowRunIds,
    written.map(({ version }) => version),
    written.map(({ outOfOrder }) => outOfOrder),
    runIds,
    counts,
    behind,
  ];
  const states = new Map<string, TaskRunState>();
  transaction.send<{ id: string; position: number | null }>(INSERT_STATES, values, (rows) => {
    const positions = new Map(rows.map(({ id, position }) => [id, position]));
    for (const { state, ...place } of written) {
      const { prefect1: _, ...shown } = state;
      states.set(state.id, { ...shown, ...place, position: positions.get(state.id) ?? null });
    }
  });
  return states;
}

export type MovedTaskRun = MovedRun<TaskRunChanges>;
export const OWN_MOVED_COLUMN = ['flow_run_run_count', 'int'] as const;
const MOVE = moveStatement('task_run', 'taskRuns.move', OWN_MOVED_COLUMN);

export function updateMovedTaskRuns(transaction: Transaction, moved: readonly MovedTaskRun[]): void {
  transaction.send(MOVE, movedTaskRunArrays(moved));
}

export const movedTaskRunArrays = (moved: readonly MovedTaskRun[]): unknown[][] => [
  ...movedArrays(moved),
  moved.map(({ changes }) => changes.flowRunRunCount),
  heartbeatArray(moved, beatsTaskRun),
];
