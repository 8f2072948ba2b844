import type { JsonObject } from '../../core/values/jsonObject.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import type { WorkPool } from '../../core/workPools/workPool.ts';
import { updateWorkPoolColumns, workPoolsById } from '../../store/workPools/workPools.ts';
import { answerOnce, type Keyed, keyedRequest } from '../writing/answerBook.ts';
import type { Engine } from '../writing/engine.ts';
import {
  checkBaseJobTemplate,
  checkQueueingContent,
  type QueueingContent,
  unknownWorkPoolId,
} from './workPoolContent.ts';

/** Only present fields change. Null clears a description or a limit. Name and type cannot change. */
export interface UpdateWorkPool extends Keyed, QueueingContent {
  workPoolId: string;
  baseJobTemplate?: JsonObject | null | undefined;
}

export async function updateWorkPool(
  { database }: Engine,
  viewer: Viewer,
  input: UpdateWorkPool,
): Promise<{ workPool: WorkPool }> {
  checkQueueingContent(input);
  if (input.baseJobTemplate) checkBaseJobTemplate(input.baseJobTemplate);
  const { workPoolId, description, concurrencyLimit } = input;
  const { tenantId } = viewer;
  await answerOnce(database, keyedRequest(viewer, 'updateWorkPool', input), async (transaction) => {
    const update = {
      ...(description !== undefined && { description }),
      ...(input.baseJobTemplate && { baseJobTemplate: input.baseJobTemplate }),
      ...(typeof input.isPaused === 'boolean' && { isPaused: input.isPaused }),
      ...(concurrencyLimit !== undefined && { concurrencyLimit }),
    };
    if (!(await updateWorkPoolColumns(transaction, tenantId, workPoolId, update))) throw unknownWorkPoolId(workPoolId);
    return { workPoolId };
  });
  const [workPool] = await workPoolsById(database, tenantId, [workPoolId]);
  if (!workPool) throw unknownWorkPoolId(workPoolId);
  return { workPool };
}
