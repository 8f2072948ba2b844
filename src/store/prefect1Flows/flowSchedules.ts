import type { FlowSchedule } from '../../core/schedules/scheduledRuns.ts';
import type { Json, JsonObject } from '../../core/values/jsonObject.ts';
import { type Queryable, statement } from '../connection/database.ts';
import { LEFT_BY_RUNS } from '../runs/deleteRuns.ts';
import { TENANT_MATCHES } from '../tenants/tenantScope.ts';

/** A registered flow as its schedule sees it. */
export interface ScheduledFlow extends FlowSchedule {
  id: string;
  tenantId: string;
  parameters: Json;
  groupParameters: JsonObject;
  /** Changes with whatever the flow and its group give to the runs of the schedule. */
  revision: string;
}

// What it is made of, and not when it was last written: a schedule that is turned on twice is the same schedule.
const REVISION = `md5(row(f.schedule, f.parameters, f.run_config, f.environment, g.schedule, g.labels, g.default_parameters,
    g.run_config)::text)`;
const FLOWS = `select f.id, f.tenant_id as "tenantId", f.schedule, g.schedule as "groupSchedule", f.parameters,
    coalesce(g.default_parameters, '{}') as "groupParameters", ${REVISION} as revision,
    (select max(r.scheduled_start_time) from flow_run r where r.flow_id = f.id and r.auto_scheduled) as "lastStart"
  from flow f left join flow_group g on g.id = f.flow_group_id`;
const ACTIVE = 'f.is_schedule_active and not f.archived';

const PAGE = statement('flowSchedules.page', `${FLOWS} where ${ACTIVE} and f.id > $1::uuid order by f.id limit $2`);

/** Flows of all tenants whose schedules are active, after an id. */
export const activeSchedules = (database: Queryable, afterId: string, limit: number): Promise<ScheduledFlow[]> =>
  database.query<ScheduledFlow>(PAGE, [afterId, limit]);

const OF_FLOWS = statement(
  'flowSchedules.ofFlows',
  `${FLOWS} where ${ACTIVE} and f.id = any($1::uuid[]) order by f.id`,
);

/** Those of the flows whose schedules are active. */
export const activeSchedulesOf = (database: Queryable, flowIds: readonly string[]): Promise<ScheduledFlow[]> =>
  database.query<ScheduledFlow>(OF_FLOWS, [flowIds]);

const BY_ID = statement(
  'flowSchedules.byId',
  `${FLOWS} where f.id = $1 and ($2::uuid is null or f.tenant_id = $2) and f.project_id is not null`,
);

/** A registered flow, its schedule active or not. */
export async function flowScheduleById(
  database: Queryable,
  tenantId: string | null,
  id: string,
): Promise<ScheduledFlow | null> {
  return (await database.query<ScheduledFlow>(BY_ID, [id, tenantId]))[0] ?? null;
}

const OF_GROUP = statement(
  'flowSchedules.flowsOfGroup',
  `select id from flow where flow_group_id = $1 and ${TENANT_MATCHES} order by id`,
);

export const flowsOfGroup = async (database: Queryable, tenantId: string | null, groupId: string): Promise<string[]> =>
  (await database.query<{ id: string }>(OF_GROUP, [groupId, tenantId])).map(({ id }) => id);

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

/** Those of the keys under which there is a run. */
export const knownRunKeys = (database: Queryable, wanted: readonly FlowRunKey[]): Promise<FlowRunKey[]> =>
  database.query<FlowRunKey>(KNOWN_KEYS, [
    wanted.map(({ flowId }) => flowId),
    wanted.map(({ idempotencyKey }) => idempotencyKey),
  ]);

// Locked, so that whoever is changing the schedule right now is waited for, and seen.
const UNCHANGED = statement(
  'flowSchedules.unchanged',
  `select f.id from unnest($1::uuid[], $2::text[]) as known(id, revision)
   join flow f on f.id = known.id join flow_group g on g.id = f.flow_group_id
   where ${ACTIVE} and ${REVISION} = known.revision order by f.id for share of f, g`,
);

/** Those of the flows whose schedules are as they were read, and active; they stay so until the transaction ends. */
export const unchangedSchedules = async (
  transaction: Queryable,
  flows: readonly Pick<ScheduledFlow, 'id' | 'revision'>[],
): Promise<Set<string>> => {
  const values = [flows.map(({ id }) => id), flows.map(({ revision }) => revision)];
  return new Set((await transaction.query<{ id: string }>(UNCHANGED, values)).map(({ id }) => id));
};

const WITHDRAW = statement(
  'flowSchedules.withdraw',
  `with runs as (
     delete from flow_run where flow_id = any($1::uuid[]) and auto_scheduled and prefect1_state = 'Scheduled'
       and ($2::uuid[] is null or id = any($2)) returning id
   ), ${LEFT_BY_RUNS} select id from runs`,
);

/** Deletes the runs that schedules of these flows have made and that have not begun; of them only these, where given. */
export async function withdrawScheduledRuns(
  transaction: Queryable,
  flowIds: readonly string[],
  runIds: readonly string[] | null = null,
): Promise<void> {
  await transaction.query(WITHDRAW, [flowIds, runIds]);
}

const AD_HOC = statement(
  'flowSchedules.adHocRuns',
  `select id, flow_id as "flowId" from flow_run where flow_id = any($1::uuid[]) and not auto_scheduled and prefect1_state = 'Scheduled'
   order by id`,
);

/** The runs of these flows that somebody asked for and that have not begun. */
export const waitingAdHocRuns = (
  database: Queryable,
  flowIds: readonly string[],
): Promise<{ id: string; flowId: string }[]> => database.query(AD_HOC, [flowIds]);

/** Before every id. */
export const FIRST_ID = '00000000-0000-0000-0000-000000000000';
