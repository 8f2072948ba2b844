-- A UUID of version 7 with this time. The rest of it follows from the seed.
create function v7(at timestamptz, seed text) returns uuid language sql immutable as $$
  select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(md5(seed), 1, 3) || '8' ||
    substr(md5(seed), 4, 15))::uuid
$$;
-- The filled runs, oldest first, with their start times.
create function filled(runs int) returns table (k int, t timestamptz) language sql as $$
  select k, '2026-06-01'::timestamptz - k * interval '1 second' from generate_series(runs, 1, -1) as k
$$;
-- The states of each filled run.
create function filled_states(runs int)
returns table (k int, t timestamptz, version int, type text, name text, message text, at timestamptz) language sql as $$
  select k, t, j, (array['SCHEDULED', 'PENDING', 'RUNNING', 'SCHEDULED', 'RUNNING', 'COMPLETED'])[j],
    (array['Scheduled', 'Pending', 'Running', 'AwaitingRetry', 'Retrying', 'Completed'])[j],
    case j when 6 then 'All states completed.' end, t + j * interval '10 seconds'
  from filled(runs), generate_series(1, 6) as j
$$;
