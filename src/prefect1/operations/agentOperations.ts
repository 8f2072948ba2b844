import { createAgentConfig } from '../../actions/agents/createAgentConfig.ts';
import { registerAgent } from '../../actions/agents/registerAgent.ts';
import { updateAgentConfig } from '../../actions/agents/updateAgentConfig.ts';
import { storableJson } from '../../core/checks/checkJson.ts';
import { visibleTenant } from '../../core/values/viewer.ts';
import { deleteAgentConfig } from '../../store/agents/agentConfigs.ts';
import { deleteAgent } from '../../store/agents/agents.ts';
import type { Prefect1Operations } from './prefect1Context.ts';
import { json, optionalText, optionalTexts, text } from './readInput.ts';

/** Agents and their configurations. */
export const agentOperations: Prefect1Operations = {
  register_agent: async ({ engine, viewer, headers }, input) =>
    registerAgent(engine, viewer, {
      tenantId: optionalText(input, 'tenant_id'),
      name: optionalText(input, 'name'),
      type: text(input, 'type'),
      coreVersion: headers.coreVersion,
      labels: optionalTexts(input, 'labels') ?? [],
      agentConfigId: optionalText(input, 'agent_config_id'),
    }),

  delete_agent: async ({ engine, viewer }, input) => ({
    success: await deleteAgent(engine.database, visibleTenant(viewer), text(input, 'agent_id')),
  }),

  create_agent_config: async ({ engine, viewer }, input) =>
    createAgentConfig(engine, viewer, {
      tenantId: text(input, 'tenant_id'),
      name: optionalText(input, 'name'),
      settings: storableJson('settings', json(input, 'settings')),
    }),

  update_agent_config: async ({ engine, viewer }, input) => ({
    success: await updateAgentConfig(engine, viewer, {
      agentConfigId: text(input, 'agent_config_id'),
      name: optionalText(input, 'name'),
      settings: storableJson('settings', json(input, 'settings')),
    }),
  }),

  delete_agent_config: async ({ engine, viewer }, input) => ({
    success: await deleteAgentConfig(engine.database, visibleTenant(viewer), text(input, 'agent_config_id')),
  }),
};
