import { storableJson } from '../../core/checks/checkJson.ts';
import { readSerializedTasks } from '../../core/prefect1/serializedFlow.ts';
import type { Json } from '../../core/values/jsonObject.ts';
import { Problem } from '../../core/values/problem.ts';
import { type Viewer, visibleTenant } from '../../core/values/viewer.ts';
import { lockRegisteredFlow } from '../../store/prefect1Flows/registeredFlows.ts';
import { appendSerializedTasks } from '../../store/prefect1Flows/registeredTasks.ts';
import type { Engine } from '../writing/engine.ts';
import { appendTasks } from './appendTasks.ts';

/** Adds a batch of tasks to a registered flow. Sending the same batch again changes nothing. */
export async function registerTasks(
  { database }: Engine,
  viewer: Viewer,
  { flowId, serializedTasks }: { flowId: string; serializedTasks: Json },
): Promise<void> {
  const tasks = readSerializedTasks('serialized_tasks', storableJson('serialized_tasks', serializedTasks));
  await database.transaction(async (transaction) => {
    const flow = await lockRegisteredFlow(transaction, visibleTenant(viewer), flowId);
    if (!flow) throw new Problem('REFERENCE_NOT_FOUND', 'Foreign key violation.');
    await appendTasks(transaction, { flowId, tenantId: flow.tenantId }, tasks);
    await appendSerializedTasks(transaction, flowId, tasks);
  });
}
