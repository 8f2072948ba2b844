/** Field names with their types in SDL: `{ flow_id: 'UUID!' }`. */
export interface Fields {
  readonly [name: string]: string;
}

interface Mutation {
  readonly says: string;
  /** The fields of `<name>_input`, the type of the only argument. */
  readonly input: Fields;
  readonly payload: string;
}

interface Query {
  readonly says: string;
  readonly arguments: Fields;
  readonly payload: string;
}

const FLOW = { flow_id: 'UUID!' };
const GROUP = { flow_group_id: 'UUID!' };
const FLOW_RUN = { flow_run_id: 'UUID!' };
const TASK_RUN = { task_run_id: 'UUID!' };
const TENANT = { tenant_id: 'UUID!' };
const HOOK = { cloud_hook_id: 'UUID!' };
const MESSAGE = { message_id: 'UUID!' };
const AGENT_CONFIG = { agent_config_id: 'UUID!' };
const ARTIFACT = { task_run_artifact_id: 'UUID!' };

const REGISTRATION = {
  project_id: 'UUID!',
  version_group_id: 'String',
  set_schedule_active: 'Boolean',
  description: 'String',
  idempotency_key: 'String',
};
const TASK_OF_RUN = { flow_run_id: 'UUID!', task_id: 'UUID!', map_index: 'Int' };

/** The mutations of Prefect 1's server (PrefectHQ/server 2022.09.23), except those that Hasura generates. */
// biome-ignore format: a table is read by its columns
export const MUTATIONS: { readonly [name: string]: Mutation } = {
  create_tenant: { says: 'Creates a tenant.', input: { name: 'String!', slug: 'String!' }, payload: 'tenant_id_payload' },
  delete_tenant: { says: 'Deletes a tenant and all its data.', input: { ...TENANT, confirm: 'Boolean!' }, payload: 'success_payload' },
  update_tenant_name: { says: 'Renames a tenant.', input: { ...TENANT, name: 'String!' }, payload: 'tenant_id_payload' },
  update_tenant_slug: { says: "Changes a tenant's slug, which is part of URLs.", input: { ...TENANT, slug: 'String!' }, payload: 'tenant_id_payload' },
  update_tenant_settings: { says: 'Merges these settings into those of the tenant.', input: { ...TENANT, settings: 'JSON' }, payload: 'tenant_id_payload' },

  create_project: { says: 'Creates a project.', input: { ...TENANT, name: 'String!', description: 'String' }, payload: 'project_id_payload' },
  delete_project: { says: 'Deletes a project, its flows and their runs.', input: { project_id: 'UUID!' }, payload: 'success_payload' },
  set_project_name: { says: 'Renames a project.', input: { project_id: 'UUID!', name: 'String!' }, payload: 'project_id_payload' },
  set_project_description: { says: 'Sets the description of a project; null removes it.', input: { project_id: 'UUID!', description: 'String' }, payload: 'project_id_payload' },

  create_flow: { says: 'Registers a flow.', input: { serialized_flow: 'JSON!', ...REGISTRATION }, payload: 'flow_id_payload' },
  create_flow_from_compressed_string: { says: 'Registers a flow, sent as gzipped JSON in base64.', input: { serialized_flow: 'String!', ...REGISTRATION }, payload: 'flow_id_payload' },
  register_tasks: { says: 'Adds tasks to a flow that was registered without them.', input: { serialized_tasks: 'JSON!', ...FLOW }, payload: 'success_payload' },
  register_edges: { says: 'Adds edges to a flow that was registered without them.', input: { serialized_edges: 'JSON!', ...FLOW }, payload: 'success_payload' },
  delete_flow: { says: 'Deletes one version of a flow and its runs.', input: FLOW, payload: 'success_payload' },
  archive_flow: { says: 'Archives a version of a flow. Runs that have not started are deleted if its schedule created them, and cancelled otherwise.', input: FLOW, payload: 'success_payload' },
  update_flow_project: { says: 'Moves one version of a flow to another project.', input: { ...FLOW, project_id: 'UUID!' }, payload: 'flow_id_payload' },
  set_schedule_active: { says: "Activates a flow's schedule.", input: FLOW, payload: 'success_payload' },
  set_schedule_inactive: { says: "Deactivates a flow's schedule, and deletes the runs that it created and that have not started.", input: FLOW, payload: 'success_payload' },
  enable_flow_heartbeat: { says: 'Enables heartbeats for runs of the flow.', input: FLOW, payload: 'success_payload' },
  disable_flow_heartbeat: { says: 'Disables heartbeats for runs of the flow.', input: FLOW, payload: 'success_payload' },
  enable_flow_lazarus_process: { says: 'Enables rescheduling of lost runs of the flow.', input: FLOW, payload: 'success_payload' },
  disable_flow_lazarus_process: { says: 'Disables rescheduling of lost runs of the flow.', input: FLOW, payload: 'success_payload' },

  delete_flow_group: { says: 'Deletes all versions of a flow.', input: GROUP, payload: 'success_payload' },
  set_flow_group_description: { says: 'Sets the description of a flow group; null removes it.', input: { ...GROUP, description: 'String' }, payload: 'success_payload' },
  set_flow_group_labels: { says: 'Sets labels that override those of the flow; null removes them.', input: { ...GROUP, labels: '[String!]' }, payload: 'success_payload' },
  set_flow_group_run_config: { says: 'Sets a run config that overrides that of the flow; null removes it.', input: { ...GROUP, run_config: 'JSON' }, payload: 'success_payload' },
  set_flow_group_schedule: { says: 'Sets a schedule that overrides that of the flow.', input: { ...GROUP, cron_clocks: '[cron_clock_input!]', interval_clocks: '[interval_clock_input!]', timezone: 'String' }, payload: 'success_payload' },
  delete_flow_group_schedule: { says: 'Removes the schedule of a flow group.', input: GROUP, payload: 'success_payload' },
  set_flow_group_default_parameters: { says: 'Sets the default parameters of runs.', input: { ...GROUP, parameters: 'JSON!' }, payload: 'success_payload' },

  create_flow_run: { says: 'Schedules a flow run.', input: { flow_id: 'UUID', parameters: 'JSON', labels: '[String!]', run_config: 'JSON', context: 'JSON', scheduled_start_time: 'DateTime', idempotency_key: 'String', flow_run_name: 'String', version_group_id: 'String' }, payload: 'flow_run_id_payload' },
  delete_flow_run: { says: 'Deletes a flow run.', input: FLOW_RUN, payload: 'success_payload' },
  set_flow_run_name: { says: 'Renames a flow run.', input: { ...FLOW_RUN, name: 'String!' }, payload: 'success_payload' },
  set_task_run_name: { says: 'Renames a task run.', input: { ...TASK_RUN, name: 'String!' }, payload: 'success_payload' },
  set_flow_run_labels: { says: 'Sets the labels of a flow run.', input: { ...FLOW_RUN, labels: '[String!]!' }, payload: 'success_payload' },
  get_or_create_task_run: { says: 'Returns the task run of a task and map index; creates it if there is none.', input: TASK_OF_RUN, payload: 'task_run_id_payload' },
  get_or_create_task_run_info: { says: 'Returns the task run of a task and map index with its state; creates it if there is none.', input: TASK_OF_RUN, payload: 'get_or_create_task_run_info_payload' },
  update_flow_run_heartbeat: { says: 'Records a heartbeat of a flow run.', input: FLOW_RUN, payload: 'success_payload' },
  update_task_run_heartbeat: { says: 'Records a heartbeat of a task run.', input: TASK_RUN, payload: 'success_payload' },
  get_runs_in_queue: { says: 'Returns the ids of flow runs that an agent with these labels may submit now.', input: { ...TENANT, before: 'DateTime', labels: '[String!]' }, payload: 'runs_in_queue_payload' },

  set_flow_run_states: { says: 'Sets the states of flow runs.', input: { states: '[set_flow_run_state_input!]!' }, payload: 'set_flow_run_states_payload' },
  set_task_run_states: { says: 'Sets the states of task runs.', input: { states: '[set_task_run_state_input!]!' }, payload: 'set_task_run_states_payload' },
  cancel_flow_run: { says: 'Cancels a flow run. A running one becomes Cancelling, and its process cancels it.', input: FLOW_RUN, payload: 'cancel_flow_run_payload' },
  write_run_logs: { says: 'Writes log lines.', input: { logs: '[write_run_log_input!]!' }, payload: 'success_payload' },

  create_task_run_artifact: { says: 'Attaches an artifact, such as a link or Markdown, to a task run.', input: { ...TASK_RUN, kind: 'String!', data: 'JSON!', tenant_id: 'UUID' }, payload: 'task_run_artifact_id_payload' },
  update_task_run_artifact: { says: 'Replaces the data of an artifact.', input: { ...ARTIFACT, data: 'JSON!' }, payload: 'success_payload' },
  delete_task_run_artifact: { says: 'Deletes an artifact.', input: ARTIFACT, payload: 'success_payload' },

  register_agent: { says: 'Returns the agent with these properties; creates it if there is none.', input: { tenant_id: 'UUID', labels: '[String!]', agent_config_id: 'UUID', type: 'String!', name: 'String' }, payload: 'agent_id_payload' },
  delete_agent: { says: 'Deletes an agent.', input: { agent_id: 'UUID!' }, payload: 'success_payload' },
  create_agent_config: { says: 'Creates an agent config: settings for agents.', input: { ...TENANT, name: 'String', settings: 'JSON' }, payload: 'agent_config_id_payload' },
  update_agent_config: { says: 'Replaces the name or the settings of an agent config.', input: { ...AGENT_CONFIG, name: 'String', settings: 'JSON' }, payload: 'success_payload' },
  delete_agent_config: { says: 'Deletes an agent config.', input: AGENT_CONFIG, payload: 'success_payload' },

  create_cloud_hook: { says: 'Creates a hook that the server calls when a flow run enters one of the states.', input: { ...TENANT, type: 'cloud_hook_type!', name: 'String', version_group_id: 'String', states: '[String!]!', config: 'JSON' }, payload: 'cloud_hook_id_payload' },
  test_cloud_hook: { says: 'Calls a hook with a test event.', input: { ...HOOK, flow_run_id: 'UUID', state_type: 'test_cloud_hook_state_type' }, payload: 'success_payload' },
  delete_cloud_hook: { says: 'Deletes a hook.', input: HOOK, payload: 'success_payload' },
  set_cloud_hook_active: { says: 'Activates a hook.', input: HOOK, payload: 'success_payload' },
  set_cloud_hook_inactive: { says: 'Deactivates a hook.', input: HOOK, payload: 'success_payload' },

  mark_message_as_read: { says: 'Marks a message as read.', input: MESSAGE, payload: 'success_payload' },
  mark_message_as_unread: { says: 'Marks a message as unread.', input: MESSAGE, payload: 'success_payload' },
  delete_message: { says: 'Deletes a message.', input: MESSAGE, payload: 'success_payload' },
};

/** The queries that are not reads of a table. */
export const QUERIES: { readonly [name: string]: Query } = {
  hello: {
    says: 'Returns "👋". Clients use it to check that the server is available.',
    arguments: {},
    payload: 'String',
  },
  reference_data: {
    says: 'The hierarchy of state classes and their colours.',
    arguments: {},
    payload: 'reference_data',
  },
  api: { says: 'Backend and version of the server.', arguments: {}, payload: 'api_info' },
  mapped_children: {
    says: 'Start time, end time and state counts of the children of a mapped task run.',
    arguments: TASK_RUN,
    payload: 'mapped_children_payload',
  },
  get_task_run_info: { says: 'The state of a task run.', arguments: TASK_RUN, payload: 'task_run_info_payload' },
};
