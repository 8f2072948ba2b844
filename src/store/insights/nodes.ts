import { type Queryable, statement } from '../connection/database.ts';

/** One branch per type: the table with its ids, as a query of `$1` limited to the tenant `$2`. */
const BRANCHES = {
  Flow: ownedBy('flow'),
  Deployment: ownedBy('deployment'),
  DeploymentSchedule: partOf('deployment_schedule', 'deployment'),
  WorkPool: ownedBy('work_pool'),
  WorkQueue: ownedBy('work_queue'),
  Worker: partOf('worker', 'work_pool'),
  FlowRun: ownedBy('flow_run'),
  TaskRun: ownedBy('task_run'),
  Log: ownedBy('log'),
  BulkJob: ownedBy('bulk_job'),
  ConcurrencyLimit: ownedBy('concurrency_limit'),
  FlowRunState: partOf('flow_run_state', 'flow_run'),
  FlowRunInput: partOf('flow_run_input', 'flow_run'),
  TaskRunState: partOf('task_run_state', 'task_run'),
} as const;

export type NodeType = keyof typeof BRANCHES;

function ownedBy(table: string) {
  return `select x.id from ${table} x where x.id = any($1::uuid[]) and x.tenant_id = $2`;
}

function partOf(table: string, run: string) {
  return `select x.id from ${table} x join ${run} r on r.id = x.${run}_id
    where x.id = any($1::uuid[]) and r.tenant_id = $2`;
}

const TYPES = statement(
  'nodes.types',
  Object.entries(BRANCHES)
    .map(([type, ids]) => `select id, '${type}' as type from (${ids}) ids`)
    .join(' union all '),
);

/** Returns the types of the tenant's objects with these ids. */
export const nodeTypes = (
  database: Queryable,
  tenantId: string,
  ids: readonly string[],
): Promise<{ id: string; type: NodeType }[]> => database.query(TYPES, [ids, tenantId]);
