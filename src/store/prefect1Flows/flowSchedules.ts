import type { FlowSchedule } from '../../core/schedules/scheduledRuns.ts';
import type { Json, JsonObject } from '../../core/values/jsonObject.ts';
import { type Models, type Queryable, statement } from '../connection/database.ts';
import { LEFT_BY_RUNS } from '../runs/deleteRuns.ts';
import { ofTenant } from '../tenants/tenantScope.ts';

/** A registered flow with what its schedule needs. */
export interface ScheduledFlow extends FlowSchedule {
  id: string;
  tenantId: string;
  parameters: Json;
  groupParameters: JsonObject;
  /** Changes if a value changes that the flow or its group give to the runs of the schedule. */
  revision: string;
}

// Made from the values, not from `updated`: a schedule that is turned on twice is the same schedule.
const REVISION = `md5(row(f.schedule, f.parameters, f.run_config, f.environment, g.schedule, g.labels, g.default_parameters,
    g.run_config)::text)`;
const FLOWS = `select f.id, f.tenant_id as "tenantId", f.schedule, g.schedule as "groupSchedule", f.parameters,
    coalesce(g.default_parameters, '{}') as "groupParameters", ${REVISION} as revision,
    (select max(r.scheduled_start_time) from flow_run r where r.flow_id = f.id and r.auto_scheduled) as "lastStart"
  from flow f left join flow_group g on g.id = f.flow_group_id`;
const ACTIVE = 'f.is_schedule_active and not f.archived';

const PAGE = statement('flowSchedules.page', `${FLOWS} where ${ACTIVE} and f.id > $1::uuid order by f.id limit $2`);

/** Returns the flows of all tenants, after an id, whose schedules are active. */
export const activeSchedules = (database: Queryable, afterId: string, limit: number): Promise<ScheduledFlow[]> =>
  database.query<ScheduledFlow>(PAGE, [afterId, limit]);

const OF_FLOWS = statement(
  'flowSchedules.ofFlows',
  `${FLOWS} where ${ACTIVE} and f.id = any($1::uuid[]) order by f.id`,
);

/** Returns those of the flows whose schedules are active. */
export const activeSchedulesOf = (database: Queryable, flowIds: readonly string[]): Promise<ScheduledFlow[]> =>
  database.query<ScheduledFlow>(OF_FLOWS, [flowIds]);

const BY_ID = statement(
  'flowSchedules.byId',
  `${FLOWS} where f.id = $1 and ($2::uuid is null or f.tenant_id = $2) and f.project_id is not null`,
);

/** Returns a registered flow, whether or not its schedule is active. */
export async function flowScheduleById(
  database: Queryable,
  tenantId: string | null,
  id: string,
): Promise<ScheduledFlow | null> {
  return (await database.query<ScheduledFlow>(BY_ID, [id, tenantId]))[0] ?? null;
}

/** Returns the ids of the flows of a group. */
export async function flowsOfGroup({ prisma }: Models, tenantId: string | null, groupId: string): Promise<string[]> {
  const where = { flowGroupId: groupId, ...ofTenant(tenantId) };
  const flows = await prisma.flow.findMany({ where, orderBy: { id: 'asc' }, select: { id: true } });
  return flows.map(({ id }) => id);
}

const KNOWN_KEYS = statement(
  'flowSchedules.knownKeys',
  `select r.flow_id as "flowId", r.idempotency_key as "idempotencyKey"
   from unnest($1::uuid[], $2::text[]) as wanted(flow_id, idempotency_key)
   join flow_run r using (flow_id, idempotency_key)`,
);

export interface FlowRunKey {
  flowId: string;
  idempotencyKey: string;
}

/** Returns those of the keys that a run has. */
export const knownRunKeys = (database: Queryable, wanted: readonly FlowRunKey[]): Promise<FlowRunKey[]> =>
  database.query<FlowRunKey>(KNOWN_KEYS, [
    wanted.map(({ flowId }) => flowId),
    wanted.map(({ idempotencyKey }) => idempotencyKey),
  ]);

// The lock waits for a transaction that is changing the schedule, and then sees the change.
const UNCHANGED = statement(
  'flowSchedules.unchanged',
  `select f.id from unnest($1::uuid[], $2::text[]) as known(id, revision)
   join flow f on f.id = known.id join flow_group g on g.id = f.flow_group_id
   where ${ACTIVE} and ${REVISION} = known.revision order by f.id for share of f, g`,
);

/** Locks those of the flows whose schedules are active and unchanged since they were read. Returns their ids. */
export const unchangedSchedules = async (
  transaction: Queryable,
  flows: readonly Pick<ScheduledFlow, 'id' | 'revision'>[],
): Promise<Set<string>> => {
  const values = [flows.map(({ id }) => id), flows.map(({ revision }) => revision)];
  return new Set((await transaction.query<{ id: string }>(UNCHANGED, values)).map(({ id }) => id));
};

const TURN_OFF = statement(
  'flowSchedules.turnOff',
  `update flow set is_schedule_active = false, updated = now() where id in (
     select f.id from unnest($1::uuid[], $2::text[]) as known(id, revision)
     join flow f on f.id = known.id left join flow_group g on g.id = f.flow_group_id
     where ${ACTIVE} and ${REVISION} = known.revision
   ) returning id`,
);

/** Turns off those of the schedules that are unchanged since they were read. Returns the ids of their flows. */
export async function turnOffFlowSchedules(
  database: Queryable,
  flows: readonly Pick<ScheduledFlow, 'id' | 'revision'>[],
): Promise<Set<string>> {
  if (flows.length === 0) return new Set();
  const values = [flows.map(({ id }) => id), flows.map(({ revision }) => revision)];
  return new Set((await database.query<{ id: string }>(TURN_OFF, values)).map(({ id }) => id));
}

const WITHDRAW = statement(
  'flowSchedules.withdraw',
  `with runs as (
     delete from flow_run where flow_id = any($1::uuid[]) and auto_scheduled and prefect1_state = 'Scheduled'
       and ($2::uuid[] is null or id = any($2)) returning id
   ), ${LEFT_BY_RUNS} select id from runs`,
);

/** Deletes the runs that schedules of these flows have created and that have not started; if given, only these runs. */
export async function withdrawScheduledRuns(
  transaction: Queryable,
  flowIds: readonly string[],
  runIds: readonly string[] | null = null,
): Promise<void> {
  await transaction.query(WITHDRAW, [flowIds, runIds]);
}

/** Returns the runs of these flows that no schedule has created and that have not started. */
export const waitingAdHocRuns = (
  { prisma }: Models,
  flowIds: readonly string[],
): Promise<{ id: string; flowId: string }[]> =>
  prisma.flowRun.findMany({
    where: { flowId: { in: [...flowIds] }, autoScheduled: false, prefect1State: 'Scheduled' },
    orderBy: { id: 'asc' },
    select: { id: true, flowId: true },
  });
