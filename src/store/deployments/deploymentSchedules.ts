import type { DeploymentSchedule } from '../../core/schedules/deploymentSchedule.ts';
import { type Queryable, statement } from '../connection/database.ts';
import { BOOLEAN, type ColumnTypes, INTEGER, JSONB, TEXT, TIME, UUID } from '../query/columnTypes.ts';
import { readById } from '../query/readById.ts';
import { selectList } from '../query/selectList.ts';
import type { Source } from '../query/source.ts';

const SCHEDULE: ColumnTypes<DeploymentSchedule> = {
  id: UUID,
  created: TIME,
  updated: TIME,
  deploymentId: UUID,
  slug: TEXT,
  active: BOOLEAN,
  schedule: JSONB,
  maxScheduledRuns: INTEGER,
  parameters: JSONB,
};
const scheduleColumns = selectList(SCHEDULE);

const SCHEDULES: Source<DeploymentSchedule, DeploymentSchedule> = {
  name: 'deploymentSchedules',
  table: 'deployment_schedule',
  ofTenant: 'exists (select from deployment d where d.id = x.deployment_id and d.tenant_id = $2)',
  columns: scheduleColumns,
  wide: [],
  fromRow: (row) => row,
};

export const deploymentSchedulesById = readById(SCHEDULES);

const OF_DEPLOYMENTS = statement(
  'deploymentSchedules.ofDeployments',
  `select ${scheduleColumns('x')} from deployment_schedule x where x.deployment_id = any($1::uuid[]) order by x.id`,
);

/** All schedules of each deployment, which are few, the oldest first. Every deployment is in the map. */
export async function schedulesOf(
  database: Queryable,
  deploymentIds: readonly string[],
): Promise<Map<string, DeploymentSchedule[]>> {
  const rows = await database.query<DeploymentSchedule>(OF_DEPLOYMENTS, [deploymentIds]);
  const found = new Map<string, DeploymentSchedule[]>(deploymentIds.map((id) => [id, []]));
  for (const row of rows) found.get(row.deploymentId)?.push(row);
  return found;
}

const DEPLOYMENT_OF = statement(
  'deploymentSchedules.deploymentOf',
  `select s.deployment_id as "deploymentId" from deployment_schedule s join deployment d on d.id = s.deployment_id
   where s.id = $1 and d.tenant_id = $2`,
);

/** The deployment that a schedule belongs to; null where there is no such schedule. */
export async function deploymentOfSchedule(database: Queryable, tenantId: string, id: string): Promise<string | null> {
  const [row] = await database.query<{ deploymentId: string }>(DEPLOYMENT_OF, [id, tenantId]);
  return row?.deploymentId ?? null;
}

type NewSchedule = Omit<DeploymentSchedule, 'created' | 'updated'>;

const INSERT = statement(
  'deploymentSchedules.insert',
  `insert into deployment_schedule (id, deployment_id, slug, active, schedule, max_scheduled_runs, parameters)
   select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::boolean[], $5::jsonb[], $6::int[], $7::jsonb[])
   on conflict (deployment_id, slug) do nothing returning id`,
);

/** Gives the ids of those that were made: a deployment has no two schedules with one slug. */
export async function insertSchedules(transaction: Queryable, schedules: readonly NewSchedule[]): Promise<string[]> {
  const rows = await transaction.query<{ id: string }>(INSERT, [
    schedules.map(({ id }) => id),
    schedules.map(({ deploymentId }) => deploymentId),
    schedules.map(({ slug }) => slug),
    schedules.map(({ active }) => active),
    schedules.map(({ schedule }) => JSON.stringify(schedule)),
    schedules.map(({ maxScheduledRuns }) => maxScheduledRuns),
    schedules.map(({ parameters }) => JSON.stringify(parameters)),
  ]);
  return rows.map(({ id }) => id);
}

/** Columns that change; what is not there stays. */
export type ScheduleUpdate = Partial<
  Pick<DeploymentSchedule, 'slug' | 'active' | 'schedule' | 'maxScheduledRuns' | 'parameters'>
>;

const UPDATE = statement(
  'deploymentSchedules.update',
  `update deployment_schedule s set updated = now(),
     slug = case when 'slug' = any($2::text[]) then $3 else slug end, active = coalesce($4, active),
     schedule = coalesce($5::jsonb, schedule),
     max_scheduled_runs = case when 'maxScheduledRuns' = any($2::text[]) then $6::int else max_scheduled_runs end,
     parameters = coalesce($7::jsonb, parameters)
   where s.id = $1 and not exists (
     select from deployment_schedule o where o.deployment_id = s.deployment_id and o.id <> s.id and o.slug = $3
   ) returning s.id`,
);

/** False where another schedule of the deployment has the slug. Its deployment is locked. */
export async function updateSchedule(transaction: Queryable, id: string, update: ScheduleUpdate): Promise<boolean> {
  const { slug, active, schedule, maxScheduledRuns, parameters } = update;
  const rows = await transaction.query(UPDATE, [
    id,
    Object.keys(update),
    slug ?? null,
    active ?? null,
    schedule === undefined ? null : JSON.stringify(schedule),
    maxScheduledRuns ?? null,
    parameters === undefined ? null : JSON.stringify(parameters),
  ]);
  return rows.length > 0;
}

const DELETE = statement('deploymentSchedules.delete', 'delete from deployment_schedule where id = $1');
const DELETE_ALL = statement(
  'deploymentSchedules.deleteAll',
  'delete from deployment_schedule where deployment_id = $1',
);

export async function deleteSchedule(transaction: Queryable, id: string): Promise<void> {
  await transaction.query(DELETE, [id]);
}

export async function deleteSchedulesOf(transaction: Queryable, deploymentId: string): Promise<void> {
  await transaction.query(DELETE_ALL, [deploymentId]);
}
