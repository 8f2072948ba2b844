interface Id {
  id: string;
}
interface Success {
  success: boolean;
}
interface SetStates {
  states: { id: string; status: string; message: string | null }[];
}

/** The payload type of each mutation. */
interface Selections {
  id: Id;
  success: Success;
  'success error': Success & { error: string | null };
  'id version state serialized_state': Id & { version: number; state: string; serialized_state: unknown };
  flow_run_ids: { flow_run_ids: string[] };
  'states { id status message }': SetStates;
  state: { state: string };
}

/** The 59 mutations, each with the selection of the real client. */
export const SELECTIONS = {
  create_tenant: 'id',
  update_tenant_name: 'id',
  update_tenant_slug: 'id',
  update_tenant_settings: 'id',
  create_project: 'id',
  set_project_name: 'id',
  set_project_description: 'id',
  create_flow: 'id',
  create_flow_from_compressed_string: 'id',
  update_flow_project: 'id',
  create_flow_run: 'id',
  get_or_create_task_run: 'id',
  create_task_run_artifact: 'id',
  register_agent: 'id',
  create_agent_config: 'id',
  create_cloud_hook: 'id',
  delete_tenant: 'success',
  delete_project: 'success',
  register_tasks: 'success',
  register_edges: 'success',
  delete_flow: 'success',
  archive_flow: 'success',
  set_schedule_active: 'success',
  set_schedule_inactive: 'success',
  enable_flow_heartbeat: 'success',
  disable_flow_heartbeat: 'success',
  enable_flow_lazarus_process: 'success',
  disable_flow_lazarus_process: 'success',
  delete_flow_group: 'success',
  set_flow_group_description: 'success',
  set_flow_group_labels: 'success',
  set_flow_group_run_config: 'success',
  set_flow_group_schedule: 'success',
  delete_flow_group_schedule: 'success',
  set_flow_group_default_parameters: 'success',
  delete_flow_run: 'success',
  set_flow_run_name: 'success',
  set_task_run_name: 'success',
  set_flow_run_labels: 'success',
  update_flow_run_heartbeat: 'success',
  update_task_run_heartbeat: 'success',
  write_run_logs: 'success',
  update_task_run_artifact: 'success',
  delete_task_run_artifact: 'success',
  delete_agent: 'success',
  update_agent_config: 'success',
  delete_agent_config: 'success',
  delete_cloud_hook: 'success',
  set_cloud_hook_active: 'success',
  set_cloud_hook_inactive: 'success',
  mark_message_as_read: 'success',
  mark_message_as_unread: 'success',
  delete_message: 'success',
  test_cloud_hook: 'success error',
  get_or_create_task_run_info: 'id version state serialized_state',
  get_runs_in_queue: 'flow_run_ids',
  set_flow_run_states: 'states { id status message }',
  set_task_run_states: 'states { id status message }',
  cancel_flow_run: 'state',
} as const satisfies Record<string, keyof Selections>;

export type MutationName = keyof typeof SELECTIONS;
export type Payload<Name extends MutationName> = Selections[(typeof SELECTIONS)[Name]];
