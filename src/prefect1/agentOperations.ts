import { createAgentConfig } from '../actions/createAgentConfig.ts';
import { registerAgent } from '../actions/registerAgent.ts';
import { updateAgentConfig } from '../actions/updateAgentConfig.ts';
import { visibleTenant } from '../core/viewer.ts';
import { deleteAgentConfig } from '../store/agentConfigs.ts';
import { deleteAgent } from '../store/agents.ts';
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
      settings: json(input, 'settings'),
    }),

  update_agent_config: async ({ engine, viewer }, input) => ({
    success: await updateAgentConfig(engine, viewer, {
      agentConfigId: text(input, 'agent_config_id'),
      name: optionalText(input, 'name'),
      settings: json(input, 'settings'),
    }),
  }),

  delete_agent_config: async ({ engine, viewer }, input) => ({
    success: await deleteAgentConfig(engine.database, visibleTenant(viewer), text(input, 'agent_config_id')),
  }),
};
