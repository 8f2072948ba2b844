import { requestOf } from '../../core/prefect1/prefect1Policy.ts';
import type { Rescue } from '../../core/prefect1/rescue.ts';
import { normaliseState } from '../../core/prefect1/serializedState.ts';
import type { Instant } from '../../core/values/instant.ts';
import type { Queryable } from '../../store/connection/database.ts';
import type { Topic } from '../../streams/streams.ts';
import { prefect1TaskRunMove } from '../prefect1Runs/prefect1TaskRunMove.ts';
import type { Engine } from '../writing/engine.ts';
import { type FlowRunMoveJob, moveFlowRunBatch } from '../writing/moveFlowRunBatch.ts';
import { moveTaskRunBatch } from '../writing/moveTaskRunBatch.ts';
import { newId } from '../writing/newId.ts';
import { LineRuns, type LogJob, writeLogBatch } from '../writing/writeLogBatch.ts';

interface Rescued {
  flowRunId: string;
  /** Null if the flow run itself is lost. */
  taskRunId: string | null;
  rescue: Rescue;
}

/**
 * Finds lost runs, moves them and writes a log line for each, in one transaction. Returns their number. `find` locks
 * the runs, so that only one of several servers handles each run.
 */
export async function rescueRuns(
  { database, streams, followers }: Engine,
  find: (transaction: Queryable) => Promise<Rescued[]>,
): Promise<number> {
  const { count, topics } = await database.transaction(async (transaction) => {
    const rescued = await find(transaction);
    if (rescued.length === 0) return { count: 0, topics: new Set<Topic>() };
    const flowRuns = rescued.flatMap(({ flowRunId, taskRunId, rescue }) =>
      taskRunId === null ? flowRunMove(flowRunId, rescue) : [],
    );
    const taskRuns = rescued.flatMap(({ taskRunId, rescue }) =>
      taskRunId === null ? [] : prefect1TaskRunMove(taskRunId, ({ now }) => proposal(rescue, now)),
    );
    const moved = [
      ...(flowRuns.length > 0 ? (await moveFlowRunBatch(transaction, flowRuns, followers)).topics : []),
      ...(taskRuns.length > 0 ? (await moveTaskRunBatch(transaction, taskRuns)).topics : []),
    ];
    const { topics: logged } = await writeLogBatch(transaction, [logsOf(rescued)]);
    return { count: rescued.length, topics: new Set([...moved, ...logged]) };
  });
  streams.announce(topics);
  return count;
}

const proposal = ({ state }: Rescue, now: Instant) => ({
  state: requestOf(normaliseState(state(now), now)),
  force: true,
});

const flowRunMove = (flowRunId: string, rescue: Rescue): FlowRunMoveJob => ({
  tenantId: null,
  flowRunId,
  propose: ({ now }) => proposal(rescue, now),
  expectedVersion: null,
  request: null,
});

function logsOf(rescued: readonly Rescued[]): LogJob {
  const runs = new LineRuns();
  const timestamp = Date.now() * 1000;
  const lines = rescued.map(({ flowRunId, taskRunId, rescue }, index) => ({
    ...rescue.line,
    ...{ index, id: newId(), runs: runs.of(flowRunId, taskRunId), timestamp, info: null },
  }));
  return { tenantId: null, lines, runs: runs.all(), rejected: [], request: null };
}
