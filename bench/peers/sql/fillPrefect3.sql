begin;
set local session_replication_role = replica;
insert into flow (id, name) select v7('2026-01-01', 'flow' || f), 'flow-' || f from generate_series(1, 20) as f;
insert into flow_run (id, created, updated, name, state_type, state_name, state_timestamp, state_id, run_count,
  expected_start_time, start_time, end_time, total_run_time, parameters, tags, flow_id, empirical_policy, labels)
select v7(t, 'run' || k), t, t, 'run-' || k, 'COMPLETED', 'Completed', t + interval '60 seconds',
  v7(t + interval '60 seconds', 's' || k || '-6'), 2, t, t, t + interval '60 seconds', interval '50 seconds',
  jsonb_build_object('n', k), jsonb_build_array('team-' || k % 7, 'nightly'), v7('2026-01-01', 'flow' || 1 + k % 20),
  '{"retries": 0, "retry_delay": 0, "max_retries": 0, "pause_keys": [], "resuming": false, "retry_type": null, "retry_delay_seconds": 0.0}',
  '{}'
from filled({runs});
insert into flow_run_state (id, created, updated, type, timestamp, name, message, state_details, data, flow_run_id)
select v7(at, 's' || k || '-' || version), t, t, type::state_type, at, name, message,
  jsonb_build_object('flow_run_id', v7(t, 'run' || k)), 'null', v7(t, 'run' || k)
from filled_states({runs});
insert into task_run (id, created, updated, name, state_type, state_name, state_timestamp, run_count, expected_start_time,
  start_time, end_time, total_run_time, task_key, dynamic_key, flow_run_id, tags, labels)
select v7(t, 't' || k || '-' || j), t, t, 'task-' || j || '-0', 'COMPLETED', 'Completed', t + interval '50 seconds', 1, t, t,
  t + interval '50 seconds', interval '49 seconds', 'task-' || j, '0', v7(t, 'run' || k), '[]', '{}'
from filled({runs}), generate_series(1, {taskRuns}) as j;
commit;
