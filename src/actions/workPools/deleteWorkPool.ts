import type { Viewer } from '../../core/values/viewer.ts';
import { deleteWorkPoolRow } from '../../store/workPools/workPools.ts';
import { answerOnce, type Keyed, keyedRequest } from '../writing/answerBook.ts';
import type { Engine } from '../writing/engine.ts';
import { unknownWorkPoolId } from './workPoolContent.ts';

export interface DeleteWorkPool extends Keyed {
  workPoolId: string;
}

/** Deletes a work pool with its queues and workers. Deployments and runs in its queues then have no queue. */
export const deleteWorkPool = (
  { database }: Engine,
  viewer: Viewer,
  input: DeleteWorkPool,
): Promise<{ workPoolId: string }> =>
  answerOnce(database, keyedRequest(viewer, 'deleteWorkPool', input), async (transaction) => {
    const { workPoolId } = input;
    if (!(await deleteWorkPoolRow(transaction, viewer.tenantId, workPoolId))) throw unknownWorkPoolId(workPoolId);
    return { workPoolId };
  });
