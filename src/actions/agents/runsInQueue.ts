import { storable } from '../../core/checks/checkText.ts';
import { PREFECT_1_SCHEDULED } from '../../core/prefect1/prefect1Policy.ts';
import type { Instant } from '../../core/values/instant.ts';
import { isUuid } from '../../core/values/uuid.ts';
import { type Viewer, visibleTenant } from '../../core/values/viewer.ts';
import { agentQueried, dueFlowRuns } from '../../store/agents/flowRunQueue.ts';
import type { Engine } from '../writing/engine.ts';

/** The most runs that an agent gets per request; it polls again soon. */
const MAX_RUNS = 25;

export interface RunsInQueue {
  tenantId: string;
  /** Returns runs that are due at or before this time. */
  before: Instant;
  labels: readonly string[];
  /** The agent that polls; null if it sent no id. */
  agentId: string | null;
}

/**
 * Returns the runs that an agent may submit now, the longest overdue first. It reserves no run: the first agent to
 * submit a run gets it.
 */
export async function runsInQueue(
  { database }: Engine,
  viewer: Viewer,
  { tenantId, before, labels, agentId }: RunsInQueue,
): Promise<string[]> {
  const own = visibleTenant(viewer);
  if (own !== null && own !== tenantId) return [];
  if (agentId !== null && isUuid(agentId)) await agentQueried(database, tenantId, agentId);
  const queue = { tenantId, before, states: PREFECT_1_SCHEDULED, labels: labels.map(storable), limit: MAX_RUNS };
  return dueFlowRuns(database, queue);
}
