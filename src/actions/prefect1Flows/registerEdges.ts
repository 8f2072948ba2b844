import { storableJson } from '../../core/checks/checkJson.ts';
import { readReferenceSlugs, readSerializedEdges } from '../../core/prefect1/serializedFlow.ts';
import type { Json } from '../../core/values/jsonObject.ts';
import { Problem } from '../../core/values/problem.ts';
import { type Viewer, visibleTenant } from '../../core/values/viewer.ts';
import { lockRegisteredFlow } from '../../store/prefect1Flows/registeredFlows.ts';
import type { Engine } from '../writing/engine.ts';
import { appendEdges } from './appendEdges.ts';

/** Adds a batch of edges to a registered flow, all or none. Sending the same batch again changes nothing. */
export async function registerEdges(
  { database }: Engine,
  viewer: Viewer,
  { flowId, serializedEdges }: { flowId: string; serializedEdges: Json },
): Promise<void> {
  const edges = readSerializedEdges('serialized_edges', storableJson('serialized_edges', serializedEdges));
  await database.transaction(async (transaction) => {
    const flow = await lockRegisteredFlow(transaction, visibleTenant(viewer), flowId);
    if (!flow) throw new Problem('NOT_FOUND', 'Invalid flow ID.');
    const owner = { flowId, tenantId: flow.tenantId };
    await appendEdges(transaction, owner, edges, readReferenceSlugs('reference_tasks', flow.referenceTasks));
  });
}
