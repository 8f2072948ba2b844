import { Problem } from '../../core/values/problem.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import { DEFAULT_QUEUE, type WorkQueue } from '../../core/workPools/workPool.ts';
import { workQueueNameIsFree, workQueuesById } from '../../store/workPools/workQueues.ts';
import { lockWorkQueue, makeWayFor, updateWorkQueueColumns } from '../../store/workPools/workQueueWrites.ts';
import { answerOnce, type Keyed, keyedRequest } from '../writing/answerBook.ts';
import type { Engine } from '../writing/engine.ts';
import { checkPriority, nameIsTaken } from './createWorkQueue.ts';
import { checkPoolName, checkQueueingContent, type QueueingContent, unknownWorkQueue } from './workPoolContent.ts';

/** Only present fields change. Null clears a description or a limit. */
export interface UpdateWorkQueue extends Keyed, QueueingContent {
  workQueueId: string;
  name?: string | null | undefined;
  priority?: number | null | undefined;
}

/** Changes a queue. FAILED_PRECONDITION if it would rename a pool's default queue, which runs find by its name. */
export async function updateWorkQueue(
  { database }: Engine,
  viewer: Viewer,
  input: UpdateWorkQueue,
): Promise<{ workQueue: WorkQueue }> {
  const { workQueueId, name, priority, description, concurrencyLimit } = input;
  if (typeof name === 'string') checkPoolName('name', name);
  checkQueueingContent(input);
  checkPriority(priority);
  const { tenantId } = viewer;
  await answerOnce(database, keyedRequest(viewer, 'updateWorkQueue', input), async (transaction) => {
    const locked = await lockWorkQueue(transaction, tenantId, workQueueId);
    if (!locked) throw unknownWorkQueue(workQueueId);
    const isRenamed = typeof name === 'string' && name !== locked.name;
    if (isRenamed && locked.name === DEFAULT_QUEUE)
      throw new Problem('FAILED_PRECONDITION', "A pool's default queue cannot be renamed.");
    if (isRenamed && !(await workQueueNameIsFree(transaction, locked.workPoolId, name))) throw nameIsTaken();
    await updateWorkQueueColumns(transaction, workQueueId, {
      ...(typeof name === 'string' && { name }),
      ...(description !== undefined && { description }),
      ...(typeof input.isPaused === 'boolean' && { isPaused: input.isPaused }),
      ...(concurrencyLimit !== undefined && { concurrencyLimit }),
      ...(typeof priority === 'number' && { priority }),
    });
    if (typeof priority === 'number') await makeWayFor(transaction, locked.workPoolId, workQueueId);
    return { workQueueId };
  });
  const [workQueue] = await workQueuesById(database, tenantId, [workQueueId]);
  if (!workQueue) throw unknownWorkQueue(workQueueId);
  return { workQueue };
}
