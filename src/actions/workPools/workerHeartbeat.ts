import { checkName, refuse } from '../../core/checks/checkText.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import type { Worker } from '../../core/workPools/workPool.ts';
import { noteHeartbeat, workersById } from '../../store/workPools/workers.ts';
import { workPoolIdByName } from '../../store/workPools/workPools.ts';
import { answerOnce, type Keyed, keyedRequest } from '../writing/answerBook.ts';
import type { Engine } from '../writing/engine.ts';
import { newId } from '../writing/newId.ts';
import { unknownWorkPool } from './workPoolContent.ts';

export interface WorkerHeartbeat extends Keyed {
  workPoolName: string;
  name: string;
  /** The seconds until the next heartbeat. Null: the worker's earlier value, at first 30. */
  heartbeatIntervalSeconds?: number | null;
}

export const HEARTBEAT_SECONDS = { least: 1, most: 86_400 } as const;

/** Records a worker's heartbeat. An unknown worker is created. */
export async function workerHeartbeat(
  { database }: Engine,
  viewer: Viewer,
  input: WorkerHeartbeat,
): Promise<{ worker: Worker }> {
  const { workPoolName, name, heartbeatIntervalSeconds = null } = input;
  checkName('workPoolName', workPoolName);
  checkName('name', name);
  const { least, most } = HEARTBEAT_SECONDS;
  // Written this way so that NaN fails too.
  if (heartbeatIntervalSeconds !== null && !(heartbeatIntervalSeconds >= least && heartbeatIntervalSeconds <= most))
    refuse('heartbeatIntervalSeconds', `must be between ${least} and ${most}.`);
  const { tenantId } = viewer;
  const { id } = await answerOnce(database, keyedRequest(viewer, 'workerHeartbeat', input), async (transaction) => {
    const workPoolId = await workPoolIdByName(transaction, tenantId, workPoolName);
    if (workPoolId === null) throw unknownWorkPool(workPoolName);
    return { id: await noteHeartbeat(transaction, { id: newId(), workPoolId, name, heartbeatIntervalSeconds }) };
  });
  const [worker] = await workersById(database, tenantId, [id]);
  if (!worker) throw unknownWorkPool(workPoolName);
  return { worker };
}
