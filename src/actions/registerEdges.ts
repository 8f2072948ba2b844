import { Problem } from '../core/problem.ts';
import { readReferenceSlugs, readSerializedEdges } from '../core/serializedFlow.ts';
import { storableJson } from '../core/serializedState.ts';
import type { Json } from '../core/state.ts';
import { type Viewer, visibleTenant } from '../core/viewer.ts';
import { lockRegisteredFlow } from '../store/registeredFlows.ts';
import { appendEdges } from './appendEdges.ts';
import type { Engine } from './engine.ts';

/** Adds a batch of edges to a registered flow, all or none. The same batch again changes nothing. */
export async function registerEdges(
  { database }: Engine,
  viewer: Viewer,
  { flowId, serializedEdges }: { flowId: string; serializedEdges: Json },
): Promise<void> {
  const edges = readSerializedEdges('serialized_edges', storableJson(serializedEdges));
  await database.transaction(async (transaction) => {
    const flow = await lockRegisteredFlow(transaction, visibleTenant(viewer), flowId);
    if (!flow) throw new Problem('NOT_FOUND', 'Invalid flow ID.');
    const owner = { flowId, tenantId: flow.tenantId };
    await appendEdges(transaction, owner, edges, readReferenceSlugs('reference_tasks', flow.referenceTasks));
  });
}
