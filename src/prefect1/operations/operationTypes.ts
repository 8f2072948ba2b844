import type { Fields } from './operationTables.ts';

/** Input types within other inputs. The inputs of mutations are in operationTables.ts. */
export const NESTED_INPUTS: { readonly [name: string]: Fields } = {
  cron_clock_input: { cron: 'String!', parameter_defaults: 'JSON' },
  interval_clock_input: { interval: 'Int!', parameter_defaults: 'JSON' },
  set_flow_run_state_input: { flow_run_id: 'UUID!', version: 'Int', state: 'JSON!' },
  set_task_run_state_input: { task_run_id: 'UUID!', version: 'Int', state: 'JSON!', flow_run_version: 'Int' },
  write_run_log_input: {
    flow_run_id: 'UUID!',
    task_run_id: 'UUID',
    timestamp: 'DateTime',
    message: 'String',
    name: 'String',
    level: 'log_level',
    info: 'JSON',
  },
  // No mutation uses it. Prefect 1's schema has it, so documents may name it.
  get_or_create_mapped_task_run_children_input: { flow_run_id: 'UUID!', task_id: 'UUID!', max_map_index: 'Int!' },
};

const ID = { id: 'UUID' };
const MOVED = { id: 'UUID', status: 'String', message: 'String' };

/** All fields are nullable, so that an error only nulls the field of its operation. */
export const PAYLOADS: { readonly [name: string]: Fields } = {
  success_payload: { success: 'Boolean', error: 'String' },
  tenant_id_payload: ID,
  project_id_payload: ID,
  flow_id_payload: ID,
  flow_run_id_payload: ID,
  task_run_id_payload: ID,
  task_run_artifact_id_payload: ID,
  agent_id_payload: ID,
  agent_config_id_payload: ID,
  cloud_hook_id_payload: ID,
  get_or_create_task_run_info_payload: { id: 'UUID', version: 'Int', state: 'String', serialized_state: 'JSON' },
  runs_in_queue_payload: { flow_run_ids: '[String!]' },
  set_flow_run_states_payload: { states: '[set_flow_run_state_payload!]' },
  set_flow_run_state_payload: MOVED,
  set_task_run_states_payload: { states: '[set_task_run_state_payload!]' },
  set_task_run_state_payload: MOVED,
  cancel_flow_run_payload: { state: 'String' },
  reference_data: { state_hierarchy: 'JSON!', state_info: 'JSON!' },
  api_info: {
    backend: 'String',
    mode: 'String',
    version: 'String',
    core_version: 'String',
    release_timestamp: 'String',
  },
  mapped_children_payload: { min_start_time: 'DateTime', max_end_time: 'DateTime', state_counts: 'JSON' },
  task_run_info_payload: { id: 'UUID', version: 'Int', serialized_state: 'JSON', state: 'String' },
};

export const ENUMS: { readonly [name: string]: readonly string[] } = {
  log_level: ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'],
  cloud_hook_type: ['PAGERDUTY', 'SLACK_WEBHOOK', 'TWILIO', 'WEBHOOK', 'PREFECT_MESSAGE'],
  test_cloud_hook_state_type: ['SCHEDULED', 'SUBMITTED', 'SUCCESS', 'RUNNING', 'FAILED'],
};
