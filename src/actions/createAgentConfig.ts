import type { Viewer } from '../core/viewer.ts';
import { insertAgentConfig, type NewAgentConfig } from '../store/agentConfigs.ts';
import { throwViolation } from '../store/databaseErrors.ts';
import type { Engine } from './engine.ts';
import { newId } from './newId.ts';
import { requireTenant } from './requireTenant.ts';

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
