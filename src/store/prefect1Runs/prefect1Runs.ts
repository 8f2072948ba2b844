import { writeJson } from '../../core/values/writeJson.ts';
import { type Queryable, statement } from '../connection/database.ts';
import { hadRow, TENANT_MATCHES } from '../tenants/tenantScope.ts';

// What Prefect 1 clients change besides a run's state. Each function returns whether the run exists.

type Change = (database: Queryable, tenantId: string | null, id: string, value: string) => Promise<boolean>;

const changing = (table: 'flow_run' | 'task_run', column: 'name' | 'tags', known: string): Change => {
  const change = statement(
    `${table}.set_${column}`,
    `update ${table} set updated = now(), ${column} = $3 where id = $1 and ${TENANT_MATCHES} and ${known} returning id`,
  );
  return async (database, tenantId, id, value) => hadRow(await database.query(change, [id, tenantId, value]));
};

export const nameFlowRun = changing('flow_run', 'name', 'scheduled_start_time is not null');
export const nameTaskRun = changing('task_run', 'name', 'task_id is not null');
const tagFlowRun = changing('flow_run', 'tags', 'scheduled_start_time is not null');

export const labelFlowRun = (database: Queryable, tenantId: string | null, id: string, labels: readonly string[]) =>
  tagFlowRun(database, tenantId, id, writeJson(labels));

const beating = (table: 'flow_run' | 'task_run') =>
  statement(
    `${table}.heartbeat`,
    `update ${table} set heartbeat = now(), updated = now() where id = $1 and ${TENANT_MATCHES}`,
  );
const BEATS = { flowRun: beating('flow_run'), taskRun: beating('task_run') };

/** Records that a run is alive. An unknown run is ignored. */
export async function noteHeartbeat(
  database: Queryable,
  kind: keyof typeof BEATS,
  tenantId: string | null,
  id: string,
): Promise<void> {
  await database.query(BEATS[kind], [id, tenantId]);
}

const KNOWN = statement(
  'flowRuns.knownToPrefect1',
  `select id from flow_run where id = $1 and ${TENANT_MATCHES} and scheduled_start_time is not null`,
);

/** Whether the run exists and Prefect 1 clients know it. */
export const isPrefect1FlowRun = async (database: Queryable, tenantId: string | null, id: string): Promise<boolean> =>
  hadRow(await database.query(KNOWN, [id, tenantId]));
