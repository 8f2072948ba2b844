import type { Viewer } from '../../core/values/viewer.ts';
import { insertAgentConfig, type NewAgentConfig } from '../../store/agents/agentConfigs.ts';
import { throwViolation } from '../../store/connection/databaseErrors.ts';
import { requireTenant } from '../tenants/requireTenant.ts';
import type { Engine } from '../writing/engine.ts';
import { newId } from '../writing/newId.ts';

export async function createAgentConfig(
  engine: Engine,
  viewer: Viewer,
  input: Omit<NewAgentConfig, 'id'>,
): Promise<{ id: string }> {
  const id = newId();
  const config = { id, ...input, tenantId: requireTenant(viewer, input.tenantId), settings: input.settings ?? {} };
  await insertAgentConfig(engine.database, config).catch(throwViolation);
  return { id };
}
