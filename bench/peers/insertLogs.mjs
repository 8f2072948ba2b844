/** Inserts log lines, one array per column. */
export const INSERT_LOGS = {
  name: 'insertLogs',
  text: `insert into log (id, flow_run_id, level, name, message, timestamp)
    select gen_random_uuid(), line.*
    from unnest($1::uuid[], $2::smallint[], $3::text[], $4::text[], $5::timestamptz[]) as line`,
};
