import { type CurrentState, TASK_RUN_CONTENT, type TaskRunFacts, type TaskRunMove } from '../../core/runs/move.ts';
import type { StateType } from '../../core/runs/state.ts';
import type { Instant } from '../../core/values/instant.ts';
import type { JsonObject } from '../../core/values/jsonObject.ts';
import { type Queryable, statement } from '../connection/database.ts';
import { selectList } from '../query/selectList.ts';
import { TASK_RUNS_LIMITED, type TaskRunLimited, type TaskRunSecondRow, taskRunLimited } from '../runs/limitedRuns.ts';
import { lockRuns } from '../runs/lockRuns.ts';
import { type LockedRow, STATE_COPY } from '../runs/runRows.ts';
import { detailsFromJson } from '../runs/stateRows.ts';
import { TASK_RUN, taskRunFromRow } from './taskRunRows.ts';

/** A locked task run in its current state. The state's data is read for completed runs only: no rule needs other data. */
export interface LockedTaskRun extends CurrentState {
  run: TaskRunFacts;
  flowRun: TaskRunMove['flowRun'];
  /** The run's concurrency limits and slots; null if none of its tags has a limit. */
  limited: TaskRunLimited | null;
  now: Instant;
}

/** What the rules read of the flow run of a task run. */
export interface FlowRunOfTask {
  flowRunId: string | null;
  flowStateType: StateType | null;
  flowStateDetails: JsonObject | null;
  flowRunCount: number | null;
}

export type LockedTaskRunRow = LockedRow<TaskRunFacts> & FlowRunOfTask;

/** The columns of a `LockedTaskRunRow`, from the task run as `r` and its flow run as `f`. */
export const LOCKED_COLUMNS = `${selectList({ ...TASK_RUN, ...STATE_COPY })('r', TASK_RUN_CONTENT)},
  clock_timestamp() as now, f.state_type as "flowStateType", f.state_details as "flowStateDetails",
  f.run_count as "flowRunCount"`;
const LOCK = {
  lock: statement(
    'taskRuns.lock',
    `select ${LOCKED_COLUMNS} from task_run r left join flow_run f on f.id = r.flow_run_id
     where r.id = any($1::uuid[]) order by r.id for no key update of r`,
  ),
  second: TASK_RUNS_LIMITED,
};

/** Locks task runs in the order of their ids until the transaction ends. Ids that do not exist are missing from the map. */
export async function lockTaskRuns(
  transaction: Queryable,
  ids: readonly string[],
): Promise<Map<string, LockedTaskRun>> {
  const locked = await lockRuns<LockedTaskRunRow, TaskRunSecondRow>(transaction, LOCK, ids);
  return new Map(locked.map(({ row, state, second }) => [row.id, lockedFromRow(row, state, taskRunLimited(second))]));
}

export const lockedFromRow = (
  row: LockedTaskRunRow,
  state: CurrentState,
  limited: TaskRunLimited | null,
): LockedTaskRun => ({ run: taskRunFromRow(row), ...state, flowRun: flowRunOfTask(row), limited, now: row.now });

export function flowRunOfTask(row: FlowRunOfTask): TaskRunMove['flowRun'] {
  if (row.flowRunId === null || row.flowStateType === null) return null;
  return {
    id: row.flowRunId,
    stateType: row.flowStateType,
    details: detailsFromJson(row.flowStateDetails ?? {}),
    runCount: row.flowRunCount ?? 0,
  };
}
