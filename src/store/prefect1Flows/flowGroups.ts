import type { Json, JsonObject } from '../../core/values/jsonObject.ts';
import { writeJson } from '../../core/values/writeJson.ts';
import { type Models, type Queryable, type Store, statement } from '../connection/database.ts';
import { jsonColumn, withJsonColumns } from '../connection/jsonColumn.ts';
import { hadCount, hadRow, ofTenant, TENANT_MATCHES } from '../tenants/tenantScope.ts';

export interface LockedFlowGroup {
  id: string;
  settings: JsonObject;
}

// The statement also reads the settings, after it has waited for the lock.
const LOCK = statement(
  'flowGroups.lock',
  'select id, settings from flow_group where tenant_id = $1 and name = $2 for no key update',
);

/** Locks the flow group with this name, and creates it if there is none. Registrations into it take turns. */
export async function lockFlowGroup(
  transaction: Store,
  group: { id: string; tenantId: string; name: string; settings: JsonObject },
): Promise<LockedFlowGroup> {
  const { tenantId, name } = group;
  await transaction.prisma.flowGroup.createMany({ data: [withJsonColumns(group, ['settings'])], skipDuplicates: true });
  const [locked] = await transaction.query<LockedFlowGroup>(LOCK, [tenantId, name]);
  if (!locked) throw new Error(`flow group ${name} was deleted in the moment of its creation`);
  return locked;
}

/** The columns that a client sets as a whole. Absent ones stay unchanged; null is a value. */
export interface FlowGroupUpdate {
  description?: string | null;
  labels?: string[] | null;
  schedule?: JsonObject | null;
  runConfig?: Json;
  defaultParameters?: Json;
}

const JSON_COLUMNS = ['labels', 'schedule', 'runConfig'] as const;

/** Returns whether there was such a flow group. */
export const updateFlowGroup = async (
  { prisma }: Models,
  tenantId: string | null,
  id: string,
  { defaultParameters, ...columns }: FlowGroupUpdate,
): Promise<boolean> => {
  const data = {
    ...withJsonColumns(columns, JSON_COLUMNS),
    ...(defaultParameters !== undefined && { defaultParameters: jsonColumn(defaultParameters ?? {}) }),
  };
  return hadCount(await prisma.flowGroup.updateMany({ where: { id, ...ofTenant(tenantId) }, data }));
};

// Prisma replaces a JSON column as a whole. Two clients that set different keys at the same time must both succeed.
const MERGE_SETTINGS = statement(
  'flowGroups.mergeSettings',
  `update flow_group set settings = settings || $3::jsonb, updated = now()
   where id = (select flow_group_id from flow where id = $1 and ${TENANT_MATCHES}) returning id`,
);

/** Sets single settings of a flow's group. Returns whether there was such a flow. */
export const mergeFlowGroupSettings = async (
  database: Queryable,
  tenantId: string | null,
  flowId: string,
  settings: JsonObject,
): Promise<boolean> => hadRow(await database.query(MERGE_SETTINGS, [flowId, tenantId, writeJson(settings)]));
