import { Problem } from '../../core/values/problem.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import { type AgentIdentity, getOrCreateAgent } from '../../store/agents/agents.ts';
import { throwViolation } from '../../store/connection/databaseErrors.ts';
import { requireTenant } from '../tenants/requireTenant.ts';
import type { Engine } from '../writing/engine.ts';
import { newId } from '../writing/newId.ts';

export interface RegisterAgent extends Omit<AgentIdentity, 'tenantId'> {
  tenantId: string | null;
  agentConfigId: string | null;
}

/**
 * Returns the agent with this identity, and creates it if there is none, so that a restarted agent keeps its id. The
 * order of labels does not matter.
 */
export async function registerAgent(engine: Engine, viewer: Viewer, input: RegisterAgent): Promise<{ id: string }> {
  if (input.tenantId === null) throw new Problem('BAD_USER_INPUT', 'No tenant found.');
  const agent = {
    ...input,
    id: newId(),
    tenantId: requireTenant(viewer, input.tenantId),
    labels: [...input.labels].sort(),
  };
  const id = await engine.database
    .transaction((transaction) => getOrCreateAgent(transaction, agent))
    .catch(throwViolation);
  // As if it did not exist: a client must not find out the ids of other tenants.
  if (id === null) throw new Problem('REFERENCE_NOT_FOUND', 'Foreign key violation.');
  return { id };
}
