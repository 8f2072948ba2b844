\set n :client_id * (:runs / :clients) + random(1, :runs / :clients)
with run as (
  select id, version, state_timestamp from flow_run
  where id = ('00000000-0000-7000-8000-' || lpad(:n::text, 12, '0'))::uuid for update
), state as (
  insert into flow_run_state (id, flow_run_id, version, type, name)
  select gen_random_uuid(), id, version + 1, 'RUNNING', 'Running' from run returning version, timestamp
)
update flow_run set state_type = 'RUNNING', state_name = 'Running', state_timestamp = state.timestamp, version = state.version,
  updated = state.timestamp, run_count = run_count + 1,
  total_run_seconds = total_run_seconds + extract(epoch from state.timestamp - run.state_timestamp)
from state, run where flow_run.id = run.id;
