\set n :client_id * (:runs / :clients) + random(1, :runs / :clients)
begin;
select version, state_timestamp from flow_run
where id = ('00000000-0000-7000-8000-' || lpad(:n::text, 12, '0'))::uuid for update \gset
insert into flow_run_state (id, flow_run_id, version, type, name)
values (gen_random_uuid(), ('00000000-0000-7000-8000-' || lpad(:n::text, 12, '0'))::uuid, :version::int + 1, 'RUNNING', 'Running');
update flow_run set state_type = 'RUNNING', state_name = 'Running', state_timestamp = now(), version = :version::int + 1,
  updated = now(), run_count = run_count + 1,
  total_run_seconds = total_run_seconds + extract(epoch from now() - :state_timestamp::timestamptz)
where id = ('00000000-0000-7000-8000-' || lpad(:n::text, 12, '0'))::uuid;
commit;
