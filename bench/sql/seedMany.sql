-- Inserts the flow runs number $1 to $2 out of $3 for the tenant $4, spread over the last 60 days, with ten states each.
-- There are 100 flows with one deployment each. 90 of 100 runs are completed. Every twentieth run shares a tag, and every
-- thousandth run another.
with made as (
  select n, started, final, flow.id as flow_id, deployment.id as deployment_id,
    (lpad(to_hex((extract(epoch from started) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(n % 4096), 3, '0') ||
      '8' || lpad(to_hex(n), 15, '0'))::uuid as id
  from generate_series($1::int, $2::int) as n
  cross join lateral (
    -- The step is prime, so that the first runs are spread over the whole period as well.
    select now() - interval '60 days' * ((n::bigint * 611953 % $3::int)::float / $3::int) as started) as spread
  cross join lateral (select (case when n % 100 < 90 then 'COMPLETED' when n % 100 < 95 then 'FAILED'
    when n % 100 < 97 then 'CRASHED' when n % 100 < 99 then 'CANCELLED' else 'RUNNING' end)::state_type as final) as ended
  join flow on flow.name = 'many-' || n % 100
  join deployment on deployment.flow_id = flow.id
), run as (
  insert into flow_run (id, created, updated, tenant_id, flow_id, deployment_id, name, policy, tags, version, state_id,
    state_type, state_name, state_timestamp, state_details, run_count, expected_start_time, start_time, end_time,
    total_run_time_seconds)
  select id, started, started, $4::uuid, flow_id, deployment_id, 'run-' || n, '{"retries": 3}',
    jsonb_build_array('team-' || n % 20, 'release-' || n % 1000), 10, gen_random_uuid(), final, initcap(final::text),
    started + interval '90 seconds', jsonb_build_object('flowRunId', id), 4, started, started + interval '5 seconds',
    case when final <> 'RUNNING' then started + interval '90 seconds' end, 80
  from made
  returning *
)
insert into flow_run_state (id, flow_run_id, version, type, name, timestamp, details)
select case step.version when 10 then run.state_id else gen_random_uuid() end, run.id, step.version, step.type,
  initcap(step.type::text), run.expected_start_time + interval '9 seconds' * step.version, jsonb_build_object('flowRunId', run.id)
from run
cross join lateral (values (1, 'SCHEDULED'::state_type), (2, 'PENDING'), (3, 'RUNNING'), (4, 'SCHEDULED'), (5, 'RUNNING'),
  (6, 'SCHEDULED'), (7, 'RUNNING'), (8, 'SCHEDULED'), (9, 'RUNNING'), (10, run.state_type)) as step (version, type)
