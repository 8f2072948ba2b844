import type { SerializedEdge } from '../../core/prefect1/serializedFlow.ts';
import { Problem } from '../../core/values/problem.ts';
import type { Queryable } from '../../store/connection/database.ts';
import { type FlowOwner, insertEdges, knownSlugs, placeTasks } from '../../store/prefect1Flows/registeredTasks.ts';
import { newId } from '../writing/newId.ts';

/** Adds edges between tasks of the flow, and updates the tasks' places in the graph. */
export async function appendEdges(
  transaction: Queryable,
  owner: FlowOwner,
  edges: readonly SerializedEdge[],
  referenceSlugs: readonly string[],
): Promise<void> {
  const slugs = new Set(edges.flatMap(({ upstream, downstream }) => [upstream, downstream]));
  const known = await knownSlugs(transaction, owner.flowId, [...slugs]);
  if (known.size < slugs.size)
    throw new Problem(
      'REFERENCE_NOT_FOUND',
      'Edges could not be registered - some edges reference tasks that do not exist within this flow.',
    );
  await insertEdges(
    transaction,
    owner,
    edges.map((edge) => ({ ...edge, id: newId() })),
  );
  await placeTasks(transaction, owner.flowId, referenceSlugs);
}
