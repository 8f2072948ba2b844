import { checkName } from '../../core/checks/checkText.ts';
import type { JsonObject } from '../../core/values/jsonObject.ts';
import { Problem } from '../../core/values/problem.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import { DEFAULT_QUEUE, type WorkPool } from '../../core/workPools/workPool.ts';
import { insertWorkPool, workPoolsById } from '../../store/workPools/workPools.ts';
import { insertWorkQueue } from '../../store/workPools/workQueueWrites.ts';
import { answerOnce, type Keyed, keyedRequest } from '../writing/answerBook.ts';
import type { Engine } from '../writing/engine.ts';
import { newId } from '../writing/newId.ts';
import {
  checkBaseJobTemplate,
  checkPoolName,
  checkQueueingContent,
  type QueueingContent,
  unknownWorkPoolId,
} from './workPoolContent.ts';

export interface CreateWorkPool extends Keyed, QueueingContent {
  name: string;
  /** The kind of infrastructure that its workers start. */
  type: string;
  baseJobTemplate?: JsonObject | null;
}

/** Creates a work pool with its default queue. CONFLICT if the name is taken. */
export async function createWorkPool(
  { database }: Engine,
  viewer: Viewer,
  input: CreateWorkPool,
): Promise<{ workPool: WorkPool }> {
  const { name, type } = input;
  checkPoolName('name', name);
  checkName('type', type);
  checkQueueingContent(input);
  if (input.baseJobTemplate) checkBaseJobTemplate(input.baseJobTemplate);
  const { tenantId } = viewer;
  const { id } = await answerOnce(database, keyedRequest(viewer, 'createWorkPool', input), async (transaction) => {
    const id = newId();
    const { description = null, concurrencyLimit = null } = input;
    const isPaused = input.isPaused ?? false;
    const baseJobTemplate = input.baseJobTemplate ?? {};
    const pool = { id, tenantId, name, type, description, baseJobTemplate, isPaused, concurrencyLimit };
    if (!(await insertWorkPool(transaction, pool)))
      throw new Problem('CONFLICT', 'A work pool with this name already exists.');
    await insertWorkQueue(transaction, {
      id: newId(),
      tenantId,
      workPoolId: id,
      name: DEFAULT_QUEUE,
      description: 'The queue for runs that name none.',
      isPaused: false,
      concurrencyLimit: null,
      priority: 1,
    });
    return { id };
  });
  const [workPool] = await workPoolsById(database, tenantId, [id]);
  if (!workPool) throw unknownWorkPoolId(id);
  return { workPool };
}
