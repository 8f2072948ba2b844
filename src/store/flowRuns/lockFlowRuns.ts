import { type CurrentState, FLOW_RUN_CONTENT, type FlowRunFacts } from '../../core/runs/move.ts';
import type { Instant } from '../../core/values/instant.ts';
import { type Queryable, statement } from '../connection/database.ts';
import { selectList } from '../query/selectList.ts';
import { FLOW_RUNS_LIMITED, type FlowRunLimited, type FlowRunSecondRow, flowRunLimited } from '../runs/limitedRuns.ts';
import { lockRuns } from '../runs/lockRuns.ts';
import { type LockedRow, STATE_COPY } from '../runs/runRows.ts';
import { FLOW_RUN, flowRunFromRow } from './flowRunRows.ts';

/** A locked flow run in its current state. The state's data is read for completed runs only: no rule needs other data. */
export interface LockedFlowRun extends CurrentState {
  run: FlowRunFacts;
  /** The run's concurrency limit and slots; null if its deployment has no limit. */
  limited: FlowRunLimited | null;
  now: Instant;
}

// Every lock is taken in the order of ids, so that two flushes never deadlock. "no key update" lets other transactions
// insert task runs and states that refer to the run.
const LOCK = {
  lock: statement(
    'flowRuns.lock',
    `select ${selectList({ ...FLOW_RUN, ...STATE_COPY })('r', FLOW_RUN_CONTENT)}, clock_timestamp() as now
     from flow_run r where r.id = any($1::uuid[]) order by r.id for no key update`,
  ),
  second: FLOW_RUNS_LIMITED,
};

/** Locks flow runs until the transaction ends. Ids that do not exist are missing from the map. */
export async function lockFlowRuns(
  transaction: Queryable,
  ids: readonly string[],
): Promise<Map<string, LockedFlowRun>> {
  const locked = await lockRuns<LockedRow<FlowRunFacts>, FlowRunSecondRow>(transaction, LOCK, ids);
  return new Map(
    locked.map(({ row, state, second }) => [
      row.id,
      { run: flowRunFromRow(row), ...state, limited: flowRunLimited(second), now: row.now },
    ]),
  );
}

// Inserts of inputs block the run's deletion, but not its moves.
const LOCK_FOR_INPUT = statement(
  'flowRuns.lockForInput',
  'select id from flow_run where id = $1 and tenant_id = $2 for key share',
);

/** Returns whether the run exists; if it does, it cannot be deleted until the transaction ends. */
export async function lockFlowRunForInput(transaction: Queryable, tenantId: string, id: string): Promise<boolean> {
  return (await transaction.query(LOCK_FOR_INPUT, [id, tenantId])).length > 0;
}
