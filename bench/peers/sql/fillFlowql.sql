begin;
set local session_replication_role = replica;
insert into flow (id, tenant_id, name)
select v7('2026-01-01', 'flow' || f), tenant.id, 'flow-' || f from tenant, generate_series(1, 20) as f;
insert into flow_run (id, tenant_id, flow_id, name, created, updated, policy, state_id, state_type, state_name,
  state_timestamp, state_message, state_details, version, start_time, end_time, expected_start_time, run_count,
  total_run_time_seconds, tags, parameters)
select v7(t, 'run' || k), tenant.id, v7('2026-01-01', 'flow' || 1 + k % 20), 'run-' || k, t, t,
  '{"retries": null, "retryDelaySeconds": null, "pauseKeys": [], "resuming": false, "retryType": null}',
  v7(t + interval '60 seconds', 's' || k || '-6'), 'COMPLETED', 'Completed', t + interval '60 seconds',
  'All states completed.', jsonb_build_object('flowRunId', v7(t, 'run' || k)), 6, t, t + interval '60 seconds', t, 2, 50,
  jsonb_build_array('team-' || k % 7, 'nightly'), jsonb_build_object('n', k)
from tenant, filled({runs});
insert into flow_run_state (id, flow_run_id, version, type, name, message, timestamp, details)
select v7(at, 's' || k || '-' || version), v7(t, 'run' || k), version, type::state_type, name, message, at,
  jsonb_build_object('flowRunId', v7(t, 'run' || k))
from filled_states({runs});
insert into task_run (id, tenant_id, flow_run_id, task_key, dynamic_key, name, created, policy, state_id, state_type,
  state_name, state_timestamp, version, start_time, end_time, run_count)
select v7(t, 't' || k || '-' || j), tenant.id, v7(t, 'run' || k), 'task-' || j, '0', 'task-' || j || '-0', t,
  '{"retries": null, "retryDelaySeconds": null, "retryJitterFactor": null}',
  v7(t + interval '50 seconds', 'ts' || k || '-' || j), 'COMPLETED', 'Completed', t + interval '50 seconds', 3, t,
  t + interval '50 seconds', 1
from tenant, filled({runs}), generate_series(1, {taskRuns}) as j;
commit;
