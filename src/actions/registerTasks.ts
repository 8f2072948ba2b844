import { Problem } from '../core/problem.ts';
import { readSerializedTasks } from '../core/serializedFlow.ts';
import { storableJson } from '../core/serializedState.ts';
import type { Json } from '../core/state.ts';
import { type Viewer, visibleTenant } from '../core/viewer.ts';
import { lockRegisteredFlow } from '../store/registeredFlows.ts';
import { appendSerializedTasks } from '../store/registeredTasks.ts';
import { appendTasks } from './appendTasks.ts';
import type { Engine } from './engine.ts';

/** Adds a batch of tasks to a registered flow. The same batch again changes nothing. */
export async function registerTasks(
  { database }: Engine,
  viewer: Viewer,
  { flowId, serializedTasks }: { flowId: string; serializedTasks: Json },
): Promise<void> {
  const tasks = readSerializedTasks('serialized_tasks', storableJson(serializedTasks));
  await database.transaction(async (transaction) => {
    const flow = await lockRegisteredFlow(transaction, visibleTenant(viewer), flowId);
    if (!flow) throw new Problem('REFERENCE_NOT_FOUND', 'Foreign key violation.');
    await appendTasks(transaction, { flowId, tenantId: flow.tenantId }, tasks);
    await appendSerializedTasks(transaction, flowId, tasks);
  });
}
