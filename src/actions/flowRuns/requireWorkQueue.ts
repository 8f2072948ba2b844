import { checkName, refuse } from '../../core/checks/checkText.ts';
import type { JsonObject } from '../../core/values/jsonObject.ts';
import { Problem } from '../../core/values/problem.ts';
import { DEFAULT_QUEUE } from '../../core/workPools/workPool.ts';
import type { Queryable } from '../../store/connection/database.ts';
import { findWorkQueue } from '../../store/workPools/workQueues.ts';

/**
 * How callers name a queue: by its pool and its name in that pool. A pool without a queue name means its default queue.
 */
export interface WorkQueueNames {
  workPoolName?: string | null;
  workQueueName?: string | null;
}

export interface RequiredQueue {
  workQueueId: string;
  baseJobTemplate: JsonObject;
}

/**
 * Returns the queue with these names; null if none is named. REFERENCE_NOT_FOUND if the pool or queue does not exist. A
 * name never creates a queue: a misspelt name would create one that no worker polls.
 */
export async function requireWorkQueue(
  transaction: Queryable,
  tenantId: string,
  { workPoolName = null, workQueueName = null }: WorkQueueNames,
): Promise<RequiredQueue | null> {
  if (workQueueName !== null) checkName('workQueueName', workQueueName);
  if (workPoolName === null) {
    if (workQueueName !== null) refuse('workQueueName', 'needs a workPoolName: queues belong to work pools.');
    return null;
  }
  checkName('workPoolName', workPoolName);
  const name = workQueueName ?? DEFAULT_QUEUE;
  const found = await findWorkQueue(transaction, tenantId, workPoolName, name);
  if (!found) throw new Problem('REFERENCE_NOT_FOUND', `Work pool "${workPoolName}" not found.`);
  if (!found.workQueueId)
    throw new Problem('REFERENCE_NOT_FOUND', `Work pool queue '${workPoolName}/${name}' not found.`);
  return { workQueueId: found.workQueueId, baseJobTemplate: found.baseJobTemplate };
}
