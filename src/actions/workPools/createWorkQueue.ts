import { refuse } from '../../core/checks/checkText.ts';
import { Problem } from '../../core/values/problem.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import type { WorkQueue } from '../../core/workPools/workPool.ts';
import { workQueuesById } from '../../store/workPools/workQueues.ts';
import { insertWorkQueue, lockPoolByName, makeWayFor } from '../../store/workPools/workQueueWrites.ts';
import { answerOnce, type Keyed, keyedRequest } from '../writing/answerBook.ts';
import type { Engine } from '../writing/engine.ts';
import { newId } from '../writing/newId.ts';
import { checkPoolName, checkQueueingContent, type QueueingContent, unknownWorkQueue } from './workPoolContent.ts';

export interface CreateWorkQueue extends Keyed, QueueingContent {
  workPoolName: string;
  name: string;
  /**
   * 1 is served first; queues with this priority or a higher number move back by one. Null: the first free priority.
   */
  priority?: number | null;
}

/** Creates a queue in a work pool. CONFLICT if the pool has a queue with this name. */
export async function createWorkQueue(
  { database }: Engine,
  viewer: Viewer,
  input: CreateWorkQueue,
): Promise<{ workQueue: WorkQueue }> {
  const { workPoolName, name, priority = null, description = null, concurrencyLimit = null } = input;
  checkPoolName('workPoolName', workPoolName);
  checkPoolName('name', name);
  checkQueueingContent(input);
  checkPriority(priority);
  const { tenantId } = viewer;
  const { id } = await answerOnce(database, keyedRequest(viewer, 'createWorkQueue', input), async (transaction) => {
    const workPoolId = await lockPoolByName(transaction, tenantId, workPoolName);
    if (workPoolId === null) throw new Problem('REFERENCE_NOT_FOUND', `Work pool "${workPoolName}" not found.`);
    const id = newId();
    const isPaused = input.isPaused ?? false;
    const queue = { id, tenantId, workPoolId, name, description, isPaused, concurrencyLimit, priority };
    if (!(await insertWorkQueue(transaction, queue))) throw nameIsTaken();
    await makeWayFor(transaction, workPoolId, id);
    return { id };
  });
  const [workQueue] = await workQueuesById(database, tenantId, [id]);
  if (!workQueue) throw unknownWorkQueue(id);
  return { workQueue };
}

export const nameIsTaken = () => new Problem('CONFLICT', 'A work queue with this name already exists in this pool.');

export function checkPriority(priority: number | null | undefined): void {
  if (typeof priority === 'number' && !(priority >= 1 && priority <= MAX_PRIORITY))
    refuse('priority', `must be between 1 and ${MAX_PRIORITY}.`);
}

/** Far below the range of PostgreSQL's integers, so that moving back cannot overflow. */
export const MAX_PRIORITY = 1_000_000;
