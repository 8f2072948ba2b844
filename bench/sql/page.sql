-- Returns the answer to page.graphql as one JSON text. $1 is the tenant.
select json_build_object('data', json_build_object('flowRuns', json_build_object('nodes',
  coalesce(json_agg(run.json order by run.id desc), '[]'))))::text as body
from (
  select r.id, json_build_object(
    'id', r.id, 'name', r.name, 'created', to_char(r.created, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'stateType', r.state_type, 'stateName', r.state_name, 'runCount', r.run_count,
    'startTime', to_char(r.start_time, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'tags', r.tags,
    'states', json_build_object('nodes', states.json),
    'taskRuns', json_build_object('nodes', task_runs.json)
  ) as json
  from (select * from flow_run where tenant_id = $1 order by id desc limit 100) r
  cross join lateral (
    select coalesce(json_agg(json_build_object('version', s.version, 'type', s.type, 'name', s.name,
      'timestamp', to_char(s.timestamp, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'message', s.message) order by s.version),
      '[]') as json
    from (select * from flow_run_state where flow_run_id = r.id order by version limit 5) s
  ) states
  cross join lateral (
    select coalesce(json_agg(json_build_object(
      'id', t.id, 'name', t.name, 'taskKey', t.task_key, 'stateType', t.state_type, 'stateName', t.state_name,
      'runCount', t.run_count, 'startTime', to_char(t.start_time, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
      'endTime', to_char(t.end_time, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
      'states', json_build_object('nodes', states.json)) order by t.id), '[]') as json
    from (select * from task_run where flow_run_id = r.id order by id limit 20) t
    cross join lateral (
      select coalesce(json_agg(json_build_object('version', s.version, 'type', s.type, 'name', s.name,
        'timestamp', to_char(s.timestamp, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'message', s.message) order by s.version),
        '[]') as json
      from (select * from task_run_state where task_run_id = t.id order by version limit 5) s
    ) states
  ) task_runs
) run
