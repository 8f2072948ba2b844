import { formatInstant, type Instant } from '../../core/values/instant.ts';
import { type Queryable, statement } from '../connection/database.ts';

// A run that is due, or that runs and has a due task run (a retry after a long delay, the end of a pause). The labels
// are compared before the limit applies: otherwise, due runs that no agent accepts would hide the others.
const DUE = statement(
  'flowRuns.queue',
  `select id from (
     select r.id, r.state_start_time as due, r.tags from flow_run r
     where r.tenant_id = $1 and r.prefect1_state = any($3::text[]) and r.state_start_time <= $2
     union all
     select r.id, null, r.tags from flow_run r
     where r.tenant_id = $1 and r.state_type = 'RUNNING' and r.prefect1_state = 'Running' and exists (
       select 1 from task_run t
       where t.flow_run_id = r.id and t.prefect1_state = any($3::text[]) and t.state_start_time <= $2)
   ) runs
   where tags <@ $4::jsonb and (tags = '[]') = ($4::jsonb = '[]')
   order by due nulls last, id limit $5`,
);

export interface Queue {
  tenantId: string;
  /** Only runs that are due by this time. */
  before: Instant;
  /** The states of a run that waits for its time. */
  states: readonly string[];
  /** The agent's. It takes runs whose labels it has, and runs without labels only if it has none itself. */
  labels: readonly string[];
  limit: number;
}

/** Returns the ids of the runs that an agent may submit, the longest due first. */
export async function dueFlowRuns(database: Queryable, queue: Queue): Promise<string[]> {
  const { tenantId, before, states, labels, limit } = queue;
  const values = [tenantId, formatInstant(before), states, JSON.stringify(labels), limit];
  return (await database.query<{ id: string }>(DUE, values)).map(({ id }) => id);
}

const QUERIED = statement(
  'agents.queried',
  'update agent set last_queried = now(), updated = now() where id = $1 and tenant_id = $2',
);

/** Records that an agent polled for runs. */
export async function agentQueried(database: Queryable, tenantId: string, agentId: string): Promise<void> {
  await database.query(QUERIED, [agentId, tenantId]);
}
