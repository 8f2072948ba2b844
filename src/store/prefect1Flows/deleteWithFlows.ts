import { type Queryable, statement } from '../connection/database.ts';
import { LEFT_BY_RUNS } from '../runs/deleteRuns.ts';
import { hadRow, TENANT_MATCHES } from '../tenants/tenantScope.ts';

/** Tables whose rows are deleted with flows, by the condition that a flow `f` belongs to such a row. */
const DELETIONS = {
  project: deletion('project', 'f.project_id'),
  flow_group: deletion('flow_group', 'f.flow_group_id'),
  flow: deletion('flow', 'f.id', 'and project_id is not null'),
};

function deletion(table: string, owner: string, only = '') {
  return statement(
    `${table}.delete`,
    `with doomed as (select id from ${table} where id = $1 and ${TENANT_MATCHES} ${only}),
       runs as (select r.id from flow_run r join flow f on f.id = r.flow_id where ${owner} in (select id from doomed)),
       ${LEFT_BY_RUNS}
     delete from ${table} where id in (select id from doomed) returning id`,
  );
}

/**
 * Deletes a project or a flow group with its flows, or one registered version of a flow; in each case with their tasks
 * and runs. Returns whether there was one.
 */
export const deleteWithFlows = async (
  database: Queryable,
  table: keyof typeof DELETIONS,
  tenantId: string | null,
  id: string,
): Promise<boolean> => hadRow(await database.query(DELETIONS[table], [id, tenantId]));
