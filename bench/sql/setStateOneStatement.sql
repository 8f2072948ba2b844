\set n random(1, :runs)
with locked as (
  select r.*, clock_timestamp() as moved_at,
    (array['PENDING', 'RUNNING', 'COMPLETED'])[r.version % 3 + 1]::state_type as next_type,
    (array['Pending', 'Running', 'Completed'])[r.version % 3 + 1] as next_name
  from flow_run r where r.id = ('00000000-0000-7000-8000-' || lpad(to_hex(:n::int), 12, '0'))::uuid
  for no key update
), state as (
  insert into flow_run_state (id, type, name, timestamp, message, data, details, flow_run_id, version)
  select uuidv7(), next_type, next_name, moved_at, null, null, jsonb_build_object('flowRunId', id), id, version + 1
  from locked returning id, details
)
update flow_run r set updated = now(), version = l.version + 1, state_id = s.id, state_type = l.next_type,
  state_name = l.next_name, state_timestamp = l.moved_at, state_message = null, state_details = s.details,
  run_count = l.run_count + (l.next_type = 'RUNNING')::int,
  expected_start_time = coalesce(l.expected_start_time, l.moved_at), next_scheduled_start_time = null,
  start_time = case l.next_type when 'PENDING' then l.start_time else coalesce(l.start_time, l.moved_at) end,
  end_time = case l.next_type when 'COMPLETED' then l.moved_at end,
  total_run_time_seconds = l.total_run_time_seconds
    + case l.next_type when 'COMPLETED' then extract(epoch from l.moved_at - l.state_timestamp) else 0 end,
  policy = l.policy
from locked l, state s where r.id = l.id
returning r.id, r.version, r.state_id, r.state_type, r.state_timestamp;
