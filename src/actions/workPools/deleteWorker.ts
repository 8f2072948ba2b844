import { Problem } from '../../core/values/problem.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import { deleteWorkerRow } from '../../store/workPools/workers.ts';
import { answerOnce, type Keyed, keyedRequest } from '../writing/answerBook.ts';
import type { Engine } from '../writing/engine.ts';

export interface DeleteWorker extends Keyed {
  workerId: string;
}

/** Deletes a worker. A worker that still runs is created again by its next heartbeat. */
export const deleteWorker = (
  { database }: Engine,
  viewer: Viewer,
  input: DeleteWorker,
): Promise<{ workerId: string }> =>
  answerOnce(database, keyedRequest(viewer, 'deleteWorker', input), async (transaction) => {
    const { workerId } = input;
    if (!(await deleteWorkerRow(transaction, viewer.tenantId, workerId)))
      throw new Problem('NOT_FOUND', `Worker with id ${workerId} not found`);
    return { workerId };
  });
