import { MOVED_RUNS } from './data.mjs';

/** The ids of the runs in the peers' tables whose states are set, created if necessary. */
export async function movedRuns(database) {
  const ids = Array.from({ length: MOVED_RUNS }, (_, run) => movedRunId(run + 1));
  await database.sql(
    `with run as (
      insert into flow_run (id, flow_id, name, state_type, state_name, state_timestamp, version, start_time, run_count)
      select id, $2, 'moved', 'RUNNING', 'Running', now(), 1, now(), 1 from unnest($1::uuid[]) as id
      on conflict do nothing returning id
    )
    insert into flow_run_state (id, flow_run_id, version, type, name)
    select gen_random_uuid(), id, 1, 'RUNNING', 'Running' from run`,
    [ids, await flowOfWrites(database)],
  );
  return ids;
}

/** The id of the run with this number, as in the scripts of pgbench. */
const movedRunId = (number) => `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`;

/** The flow of all runs that a bench creates in the peers' tables. */
export async function flowOfWrites(database) {
  const [{ id }] = await database.sql(`select id from flow where name = 'flow-1'`);
  return id;
}
