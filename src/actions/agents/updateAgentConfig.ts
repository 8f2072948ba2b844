import { Problem } from '../../core/values/problem.ts';
import { type Viewer, visibleTenant } from '../../core/values/viewer.ts';
import { type NewAgentConfig, updateAgentConfigRow } from '../../store/agents/agentConfigs.ts';
import type { Engine } from '../writing/engine.ts';

export interface UpdateAgentConfig extends Pick<NewAgentConfig, 'name' | 'settings'> {
  agentConfigId: string;
}

/**
 * Replaces the name, the settings or both.
 * @returns whether the configuration exists
 */
export async function updateAgentConfig(
  engine: Engine,
  viewer: Viewer,
  { agentConfigId, ...changes }: UpdateAgentConfig,
): Promise<boolean> {
  if (changes.name === null && changes.settings === null)
    throw new Problem('BAD_USER_INPUT', 'Expected at least any one of `name` and `settings`.');
  return updateAgentConfigRow(engine.database, visibleTenant(viewer), agentConfigId, changes);
}
