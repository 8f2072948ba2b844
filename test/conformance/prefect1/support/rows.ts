import { document } from './prefect1Client.ts';

// The rows that most cases read. As in all documents of the cases, the types leave out nulls.

export interface FlowRow {
  id: string;
  name: string;
  version: number;
  archived: boolean;
  core_version: string;
  serialized_flow: unknown;
  description: string;
  parameters: unknown;
  schedule: unknown;
  is_schedule_active: boolean;
  environment: unknown;
  run_config: unknown;
  storage: unknown;
  project_id: string;
  tenant_id: string;
  version_group_id: string;
  flow_group_id: string;
  created: string;
  updated: string;
  flow_group: {
    id: string;
    name: string;
    settings: unknown;
    labels: unknown;
    schedule: unknown;
    default_parameters: unknown;
    run_config: unknown;
    description: string;
  };
  tasks: {
    id: string;
    name: string;
    slug: string;
    type: string;
    tags: unknown;
    max_retries: number;
    retry_delay: string;
    trigger: string;
    cache_key: string;
    auto_generated: boolean;
    mapped: boolean;
  }[];
  edges: {
    id: string;
    key: string;
    mapped: boolean;
    upstream_task: { id: string; slug: string };
    downstream_task: { id: string; slug: string };
  }[];
}
export const READ_FLOW = document<{ flow_by_pk: FlowRow | null }>(`query($id: uuid!) {
  flow_by_pk(id: $id) {
    id name version archived core_version serialized_flow description parameters schedule is_schedule_active environment run_config storage
    project_id tenant_id version_group_id flow_group_id created updated
    flow_group { id name settings labels schedule default_parameters run_config description }
    tasks(order_by: { slug: asc }) { id name slug type tags max_retries retry_delay trigger cache_key auto_generated mapped }
    edges { id key mapped upstream_task { id slug } downstream_task { id slug } }
  }
}`);

export interface FlowRunRow {
  id: string;
  name: string;
  flow_id: string;
  tenant_id: string;
  agent_id: string;
  state: string;
  version: number;
  state_message: string;
  state_timestamp: string;
  state_start_time: string;
  serialized_state: unknown;
  start_time: string;
  end_time: string;
  heartbeat: string;
  scheduled_start_time: string;
  auto_scheduled: boolean;
  times_resurrected: number;
  parameters: unknown;
  context: unknown;
  labels: unknown;
  run_config: unknown;
  idempotency_key: string;
  created: string;
  updated: string;
  states: {
    version: number;
    state: string;
    message: string;
    start_time: string;
    timestamp: string;
    serialized_state: unknown;
  }[];
  task_runs: {
    id: string;
    map_index: number;
    state: string;
    version: number;
    state_message: string;
    cache_key: string;
    heartbeat: string;
    start_time: string;
    end_time: string;
    task: { slug: string };
  }[];
}
export const READ_FLOW_RUN = document<{ flow_run_by_pk: FlowRunRow | null }>(`query($id: uuid!) {
  flow_run_by_pk(id: $id) {
    id name flow_id tenant_id agent_id state version state_message state_timestamp state_start_time serialized_state start_time end_time heartbeat
    scheduled_start_time auto_scheduled times_resurrected parameters context labels run_config idempotency_key created updated
    states(order_by: { version: asc }) { version state message start_time timestamp serialized_state }
    task_runs(order_by: [{ task: { slug: asc } }, { map_index: asc }]) {
      id map_index state version state_message cache_key heartbeat start_time end_time task { slug }
    }
  }
}`);

export interface TaskRunRow {
  id: string;
  name: string;
  flow_run_id: string;
  task_id: string;
  tenant_id: string;
  map_index: number;
  state: string;
  version: number;
  state_message: string;
  state_timestamp: string;
  state_start_time: string;
  serialized_state: unknown;
  start_time: string;
  end_time: string;
  heartbeat: string;
  cache_key: string;
  states: { version: number; state: string; message: string; start_time: string; serialized_state: unknown }[];
}
export const READ_TASK_RUN = document<{ task_run_by_pk: TaskRunRow | null }>(`query($id: uuid!) {
  task_run_by_pk(id: $id) {
    id name flow_run_id task_id tenant_id map_index state version state_message state_timestamp state_start_time serialized_state start_time
    end_time heartbeat cache_key
    states(order_by: { version: asc }) { version state message start_time serialized_state }
  }
}`);
