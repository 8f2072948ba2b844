import { sql } from 'kysely';
import type { OfRow } from './prefect1Table.ts';

// What Prefect 1's tables show and ours have not as a column.

const column =
  (name: string): OfRow =>
  (row) =>
    sql.ref(`${row}.${name}`);

export const isNotNull =
  (name: string): OfRow =>
  (row) =>
    sql`${column(name)(row)} is not null`;

// The old service never wrote a result beside the serialized state, nor loaded a log from an archive.
export const noJson: OfRow = () => sql`null::jsonb`;
export const noFlag: OfRow = () => sql`null::boolean`;

/** A line without a name has an empty one here. */
export const logName: OfRow = (row) => sql`nullif(${column('name')(row)}, '')`;

/** Prefect 1 has no name for a task run until its runner gives one; ours, made of the task's, is for native readers. */
export const taskRunName: OfRow = (row) => {
  const [name, task, index] = ['name', 'task_key', 'map_index'].map((part) => column(part)(row));
  return sql`nullif(${name}, case when ${index} < 0 then ${task} else ${task} || '-' || ${index} end)`;
};

/** Levels between the five words of Prefect 1 are told by the word below them. */
export const levelWord: OfRow = (row) => {
  const level = column('level')(row);
  return sql`case when ${level} >= 50 then 'CRITICAL' when ${level} >= 40 then 'ERROR' when ${level} >= 30 then 'WARNING'
    when ${level} >= 20 then 'INFO' else 'DEBUG' end`;
};

/** Of a row of the history of a run. */
export const tenantOfRun =
  (run: 'flow_run' | 'task_run'): OfRow =>
  (row) =>
    sql`(select run.tenant_id from ${sql.table(run)} as run where run.id = ${column(`${run}_id`)(row)})`;

/** Every line of a Prefect 1 run has its flow run as its run, which is where the index is. */
export const isOfPrefect1Run: OfRow = (row) => sql`exists (
  select from flow_run as run where run.id = ${column('run_id')(row)} and run.scheduled_start_time is not null)`;
