begin;
set local session_replication_role = replica;
insert into flow select v7('2026-01-01', 'flow' || f), 'flow-' || f from generate_series(1, 20) as f;
insert into flow_run (id, flow_id, name, created, updated, state_type, state_name, state_timestamp, version, start_time,
  end_time, expected_start_time, run_count, total_run_seconds, tags, parameters)
select v7(t, 'run' || k), v7('2026-01-01', 'flow' || 1 + k % 20), 'run-' || k, t, t, 'COMPLETED', 'Completed',
  t + interval '60 seconds', 6, t, t + interval '60 seconds', t, 2, 50, array['team-' || k % 7, 'nightly'],
  jsonb_build_object('n', k)
from filled({runs});
insert into flow_run_state (id, flow_run_id, version, type, name, message, timestamp)
select v7(at, 's' || k || '-' || version), v7(t, 'run' || k), version, type::state_type, name, message, at
from filled_states({runs});
insert into task_run (id, flow_run_id, task_key, dynamic_key, name, created, state_type, state_name, state_timestamp, version,
  start_time, end_time, run_count)
select v7(t, 't' || k || '-' || j), v7(t, 'run' || k), 'task-' || j, '0', 'task-' || j || '-0', t, 'COMPLETED', 'Completed',
  t + interval '50 seconds', 3, t, t + interval '50 seconds', 1
from filled({runs}), generate_series(1, {taskRuns}) as j;
commit;
