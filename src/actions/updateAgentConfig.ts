import { Problem } from '../core/problem.ts';
import { type Viewer, visibleTenant } from '../core/viewer.ts';
import { type NewAgentConfig, updateAgentConfigRow } from '../store/agentConfigs.ts';
import type { Engine } from './engine.ts';

export interface UpdateAgentConfig extends Pick<NewAgentConfig, 'name' | 'settings'> {
  agentConfigId: string;
}

/** Replaces the name, the settings or both. @returns whether there was such a configuration */
export async function updateAgentConfig(
  engine: Engine,
  viewer: Viewer,
  { agentConfigId, ...changes }: UpdateAgentConfig,
): Promise<boolean> {
  if (changes.name === null && changes.settings === null)
    throw new Problem('BAD_USER_INPUT', 'Expected at least any one of `name` and `settings`.');
  return updateAgentConfigRow(engine.database, visibleTenant(viewer), agentConfigId, changes);
}
