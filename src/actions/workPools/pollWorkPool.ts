import { checkName, refuse } from '../../core/checks/checkText.ts';
import type { FlowRun } from '../../core/runs/run.ts';
import type { Instant } from '../../core/values/instant.ts';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from '../../core/values/page.ts';
import { Problem } from '../../core/values/problem.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import { flowRunsById } from '../../store/flowRuns/flowRuns.ts';
import { noteHeartbeat } from '../../store/workPools/workers.ts';
import { notePolled, runsForWorker } from '../../store/workPools/workPoolQueue.ts';
import { workPoolIdByName } from '../../store/workPools/workPools.ts';
import { answerOnce, type Keyed, keyedRequest } from '../writing/answerBook.ts';
import type { Engine } from '../writing/engine.ts';
import { newId } from '../writing/newId.ts';
import { unknownWorkPool } from './workPoolContent.ts';

export interface PollWorkPool extends Keyed {
  workPoolName: string;
  /** Null or empty: all queues of the pool. */
  workQueueNames?: string[] | null;
  /** Returns runs that are due at or before this time. Null: all scheduled runs. */
  scheduledBefore?: Instant | null;
  limit?: number | null;
  /** The worker's name; it counts as a heartbeat. */
  workerName?: string | null;
}

/** The most queues that a poll may name. */
export const MAX_POLLED_QUEUES = 200;

/**
 * Returns the scheduled runs that a worker may take now, the most urgent first, from queues that are not paused and
 * within the limits of the pool and its queues. A poll takes no run: if several workers get the same run, one of them
 * can set it to PENDING.
 * Source: Prefect 3, api/workers.py, get_scheduled_flow_runs.
 */
export async function pollWorkPool(
  { database }: Engine,
  viewer: Viewer,
  input: PollWorkPool,
): Promise<{ flowRuns: FlowRun[] }> {
  check(input);
  const { workPoolName, scheduledBefore = null, workerName = null } = input;
  const names = input.workQueueNames?.length ? [...new Set(input.workQueueNames)] : null;
  const { tenantId } = viewer;
  const { ids } = await answerOnce(database, keyedRequest(viewer, 'pollWorkPool', input), async (transaction) => {
    const workPoolId = await workPoolIdByName(transaction, tenantId, workPoolName);
    if (workPoolId === null) throw unknownWorkPool(workPoolName);
    const polled = await notePolled(transaction, workPoolId, names);
    const unknown = names?.find((name) => !polled.includes(name));
    if (unknown !== undefined)
      throw new Problem('NOT_FOUND', `Work pool queue '${workPoolName}/${unknown}' not found.`);
    if (workerName !== null) {
      const worker = { id: newId(), workPoolId, name: workerName, heartbeatIntervalSeconds: null };
      await noteHeartbeat(transaction, worker);
    }
    const limit = input.limit ?? DEFAULT_PAGE_SIZE;
    return { ids: await runsForWorker(transaction, { workPoolId, queueNames: names, scheduledBefore, limit }) };
  });
  const runs = new Map((await flowRunsById(database, tenantId, ids)).map((run) => [run.id, run]));
  return { flowRuns: ids.flatMap((id) => runs.get(id) ?? []) };
}

function check({ workPoolName, workQueueNames, limit, workerName }: PollWorkPool): void {
  checkName('workPoolName', workPoolName);
  if ((workQueueNames?.length ?? 0) > MAX_POLLED_QUEUES)
    throw new Problem('LIMIT_EXCEEDED', `A poll may name at most ${MAX_POLLED_QUEUES} queues.`, {
      field: 'workQueueNames',
    });
  for (const [index, name] of (workQueueNames ?? []).entries()) checkName(`workQueueNames[${index}]`, name);
  if (typeof workerName === 'string') checkName('workerName', workerName);
  if (typeof limit !== 'number') return;
  if (limit < 0) refuse('limit', 'must be 0 or more.');
  if (limit > MAX_PAGE_SIZE)
    throw new Problem('LIMIT_EXCEEDED', `\`limit\` must be at most ${MAX_PAGE_SIZE}.`, { field: 'limit' });
}
