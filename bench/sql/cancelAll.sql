-- Cancels all runs of the flow $1 without rules and outcomes, in one transaction.
with moved as (
  update flow_run set version = version + 1, state_id = gen_random_uuid(), state_type = 'CANCELLED',
    state_name = 'Cancelled', state_timestamp = clock_timestamp(), state_message = null, end_time = clock_timestamp(),
    updated = now()
  where flow_id = $1 and state_type not in ('COMPLETED', 'FAILED', 'CANCELLED', 'CRASHED')
  returning *
)
insert into flow_run_state (id, flow_run_id, version, type, name, timestamp, details)
select state_id, id, version, state_type, state_name, state_timestamp, state_details from moved
