import type { Json, JsonObject } from '../../core/values/jsonObject.ts';
import { type Queryable, statement } from '../connection/database.ts';
import { LEFT_BY_RUNS } from '../runs/deleteRuns.ts';
import { hadRow, TENANT_MATCHES } from '../tenants/tenantScope.ts';

export interface LockedFlowGroup {
  id: string;
  settings: JsonObject;
}

const INSERT = statement(
  'flowGroups.insert',
  `insert into flow_group (id, tenant_id, name, settings) values ($1, $2, $3, $4)
   on conflict (tenant_id, name) do nothing`,
);
const LOCK = statement(
  'flowGroups.lock',
  'select id, settings from flow_group where tenant_id = $1 and name = $2 for no key update',
);

/** The flow group of this name: made, or found as it is. Whoever else registers into it waits for the transaction's end. */
export async function lockFlowGroup(
  transaction: Queryable,
  group: { id: string; tenantId: string; name: string; settings: JsonObject },
): Promise<LockedFlowGroup> {
  const { id, tenantId, name, settings } = group;
  // Two statements: the second sees what another transaction, which the first one waited for, has made.
  await transaction.query(INSERT, [id, tenantId, name, JSON.stringify(settings)]);
  const [locked] = await transaction.query<LockedFlowGroup>(LOCK, [tenantId, name]);
  if (!locked) throw new Error(`flow group ${name} was deleted in the moment of its creation`);
  return locked;
}

/** The columns that a client sets as a whole. Absent stays as it is; null is a value. */
export interface FlowGroupUpdate {
  description?: string | null;
  labels?: string[] | null;
  schedule?: JsonObject | null;
  runConfig?: Json;
  defaultParameters?: Json;
}

const column = (key: keyof FlowGroupUpdate, name: string, value: string) =>
  `${name} = case when '${key}' = any($3::text[]) then ${value} else ${name} end`;
const UPDATE = statement(
  'flowGroups.update',
  `update flow_group set updated = now(), ${column('description', 'description', '$4')},
     ${column('labels', 'labels', '$5::jsonb')}, ${column('schedule', 'schedule', '$6::jsonb')},
     ${column('runConfig', 'run_config', '$7::jsonb')},
     ${column('defaultParameters', 'default_parameters', "coalesce($8::jsonb, '{}')")}
   where id = $1 and ${TENANT_MATCHES} returning id`,
);

/** Whether there was such a flow group. */
export async function updateFlowGroup(
  database: Queryable,
  tenantId: string | null,
  id: string,
  update: FlowGroupUpdate,
): Promise<boolean> {
  const { description, labels, schedule, runConfig, defaultParameters } = update;
  const rows = await database.query(UPDATE, [
    id,
    tenantId,
    Object.keys(update),
    description ?? null,
    ...[labels, schedule, runConfig, defaultParameters].map((json) => (json == null ? null : JSON.stringify(json))),
  ]);
  return hadRow(rows);
}

const MERGE_SETTINGS = statement(
  'flowGroups.mergeSettings',
  `update flow_group set settings = settings || $3::jsonb, updated = now()
   where id = (select flow_group_id from flow where id = $1 and ${TENANT_MATCHES}) returning id`,
);

/** Sets single settings of a flow's group; whether there was such a flow. */
export const mergeFlowGroupSettings = async (
  database: Queryable,
  tenantId: string | null,
  flowId: string,
  settings: JsonObject,
): Promise<boolean> => hadRow(await database.query(MERGE_SETTINGS, [flowId, tenantId, JSON.stringify(settings)]));

const DELETE = statement(
  'flowGroups.delete',
  `with doomed as (select id from flow_group where id = $1 and ${TENANT_MATCHES}),
     runs as (
       select r.id from flow_run r join flow f on f.id = r.flow_id where f.flow_group_id in (select id from doomed)
     ),
     ${LEFT_BY_RUNS}
   delete from flow_group where id in (select id from doomed) returning id`,
);

/** Deletes a flow group with its flows and their runs; whether there was one. */
export const deleteFlowGroup = async (database: Queryable, tenantId: string | null, id: string): Promise<boolean> =>
  hadRow(await database.query(DELETE, [id, tenantId]));
