import { type RawBuilder, sql } from 'kysely';
import type { OfRow } from './prefect1Table.ts';

// Expressions for columns of Prefect 1's tables that our tables lack.

const column =
  (name: string): OfRow =>
  (row) =>
    sql.ref(`${row}.${name}`);

export const isNotNull =
  (name: string): OfRow =>
  (row) =>
    sql`${column(name)(row)} is not null`;

// Prefect's server never stored a result outside the serialized state, and never loaded a log from an archive.
export const noJson: OfRow = () => sql`null::jsonb`;
export const noFlag: OfRow = () => sql`null::boolean`;

/** A log line without a logger name has an empty name here. */
export const logName: OfRow = (row) => sql`nullif(${column('name')(row)}, '')`;

/** In Prefect 1 a task run has no name until its runner sets one. Our default name is for native readers only. */
export const taskRunName: OfRow = (row) => {
  const [name, task, index] = ['name', 'task_key', 'map_index'].map((part) => column(part)(row));
  return sql`nullif(${name}, case when ${index} < 0 then ${task} else ${task} || '-' || ${index} end)`;
};

/** A level between Prefect 1's five names is shown as the next lower name. */
export const levelWord: OfRow = (row) => {
  const level = column('level')(row);
  return sql`case when ${level} >= 50 then 'CRITICAL' when ${level} >= 40 then 'ERROR' when ${level} >= 30 then 'WARNING'
    when ${level} >= 20 then 'INFO' else 'DEBUG' end`;
};

/** A JSON object with all of its values replaced by `***`; any other JSON value becomes `***`. */
export const masked = (json: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`case jsonb_typeof(${json})
    when 'object' then (select coalesce(jsonb_object_agg(key, '***'), '{}') from jsonb_object_keys(${json}) key)
    else '"***"' end`;

/** For a row of a run's history. */
export const tenantOfRun =
  (run: 'flow_run' | 'task_run'): OfRow =>
  (row) =>
    sql`(select run.tenant_id from ${sql.table(run)} as run where run.id = ${column(`${run}_id`)(row)})`;

/** Every log line of a Prefect 1 run has its flow run as its run, and the index is on that column. */
export const isOfPrefect1Run: OfRow = (row) => sql`exists (
  select from flow_run as run where run.id = ${column('run_id')(row)} and run.scheduled_start_time is not null)`;
