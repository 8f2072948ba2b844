import { Problem } from '../../core/values/problem.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import { DEFAULT_QUEUE } from '../../core/workPools/workPool.ts';
import { deleteWorkQueueRow, lockWorkQueue } from '../../store/workPools/workQueueWrites.ts';
import { answerOnce, type Keyed, keyedRequest } from '../writing/answerBook.ts';
import type { Engine } from '../writing/engine.ts';
import { unknownWorkQueue } from './workPoolContent.ts';

export interface DeleteWorkQueue extends Keyed {
  workQueueId: string;
}

/**
 * Deletes a queue. FAILED_PRECONDITION for a pool's default queue. Deployments and runs in the queue then have none.
 */
export const deleteWorkQueue = (
  { database }: Engine,
  viewer: Viewer,
  input: DeleteWorkQueue,
): Promise<{ workQueueId: string }> =>
  answerOnce(database, keyedRequest(viewer, 'deleteWorkQueue', input), async (transaction) => {
    const { workQueueId } = input;
    const locked = await lockWorkQueue(transaction, viewer.tenantId, workQueueId);
    if (!locked) throw unknownWorkQueue(workQueueId);
    if (locked.name === DEFAULT_QUEUE)
      throw new Problem('FAILED_PRECONDITION', "A pool's default queue cannot be deleted.");
    await deleteWorkQueueRow(transaction, workQueueId);
    return { workQueueId };
  });
