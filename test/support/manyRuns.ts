import { v7 } from 'uuid';
import type { StateType } from '../../src/core/runs/state.ts';
import { DEFAULT_TENANT_ID } from '../../src/core/values/viewer.ts';
import { type Database, statement } from '../../src/store/connection/database.ts';

const FLOW = statement('test.flowOfMany', 'insert into flow (id, tenant_id, name) values ($1, $2, $3)');

// The policy of a run without retries.
const RUNS = statement(
  'test.manyRuns',
  `with run as (
     insert into flow_run (id, tenant_id, flow_id, name, policy, version, state_id, state_type, state_name,
       state_timestamp, state_details)
     select id, $1, $2, 'run ' || number,
       '{"retries": null, "retryDelaySeconds": null, "pauseKeys": [], "resuming": false, "retryType": null}', 1,
       gen_random_uuid(), $3::state_type, initcap($3::text), clock_timestamp(), jsonb_build_object('flowRunId', id)
     from (select number, gen_random_uuid() as id from generate_series(1, $4::int) number) made
     returning *
   ), states as (
     insert into flow_run_state (id, flow_run_id, version, type, name, timestamp, details)
     select state_id, id, 1, state_type, state_name, state_timestamp, state_details from run
   ) select id from run order by id`,
);

/** Creates a flow with `count` runs in a first state of this type. Returns their ids in order. */
export async function manyRuns(
  database: Database,
  count: number,
  type: StateType = 'PENDING',
  tenantId: string = DEFAULT_TENANT_ID,
): Promise<{ flowId: string; ids: string[] }> {
  const flowId = v7();
  await database.query(FLOW, [flowId, tenantId, flowId]);
  const rows = await database.query<{ id: string }>(RUNS, [tenantId, flowId, type, count]);
  return { flowId, ids: rows.map(({ id }) => id) };
}
