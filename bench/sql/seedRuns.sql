-- Inserts $1 flow runs of the flow $2 in their first state. load/setStates.mjs and pgbench compute their ids from a number.
with run as (
  insert into flow_run (id, tenant_id, flow_id, name, policy, version, state_id, state_type, state_name, state_timestamp,
    state_details, expected_start_time)
  select id, tenant_id, $2::uuid, 'run-' || n,
    '{"retries": null, "retryDelaySeconds": null, "pauseKeys": [], "resuming": false, "retryType": null}', 1,
    gen_random_uuid(), 'PENDING', 'Pending', clock_timestamp(), jsonb_build_object('flowRunId', id), clock_timestamp()
  from generate_series(1, $1::int) as n,
    lateral (select ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid as id) as made,
    lateral (select tenant_id from flow where flow.id = $2::uuid) as owner
  returning *
)
insert into flow_run_state (id, flow_run_id, version, type, name, timestamp, details)
select state_id, id, version, state_type, state_name, state_timestamp, state_details from run
