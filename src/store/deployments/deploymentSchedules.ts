import type { DeploymentSchedule } from '../../core/schedules/deploymentSchedule.ts';
import type { DeploymentTimes } from '../../core/schedules/deploymentTimes.ts';
import type { JsonObject } from '../../core/values/jsonObject.ts';
import { writeJson } from '../../core/values/writeJson.ts';
import { type Models, type Queryable, statement } from '../connection/database.ts';
import { withJsonColumns } from '../connection/jsonColumn.ts';
import { withInstants } from '../connection/withInstants.ts';
import type { DeploymentSchedule as Row } from '../generated/prisma/client.ts';

const fromRow = ({ schedule, parameters, ...row }: Row): DeploymentSchedule => ({
  ...withInstants(row),
  // Both were checked before they were stored.
  schedule: schedule as DeploymentTimes,
  parameters: parameters as JsonObject,
});

/** Returns schedules by their ids, in no order, without those of other tenants. */
export async function deploymentSchedulesById(
  { prisma }: Models,
  tenantId: string,
  ids: readonly string[],
): Promise<DeploymentSchedule[]> {
  const where = { id: { in: [...ids] }, deployment: { tenantId } };
  return (await prisma.deploymentSchedule.findMany({ where })).map(fromRow);
}

/** Returns all schedules of each deployment, oldest first. Every deployment is in the map. */
export async function schedulesOf(
  { prisma }: Models,
  deploymentIds: readonly string[],
): Promise<Map<string, DeploymentSchedule[]>> {
  const where = { deploymentId: { in: [...deploymentIds] } };
  const found = new Map<string, DeploymentSchedule[]>(deploymentIds.map((id) => [id, []]));
  for (const row of await prisma.deploymentSchedule.findMany({ where, orderBy: { id: 'asc' } }))
    found.get(row.deploymentId)?.push(fromRow(row));
  return found;
}

/** Returns the id of the deployment of a schedule, or null if there is no such schedule. */
export async function deploymentOfSchedule({ prisma }: Models, tenantId: string, id: string): Promise<string | null> {
  const where = { id, deployment: { tenantId } };
  const row = await prisma.deploymentSchedule.findFirst({ where, select: { deploymentId: true } });
  return row?.deploymentId ?? null;
}

type NewSchedule = Omit<DeploymentSchedule, 'created' | 'updated'>;

const INSERT = statement(
  'deploymentSchedules.insert',
  `insert into deployment_schedule (id, deployment_id, slug, active, schedule, max_scheduled_runs, parameters)
   select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::boolean[], $5::jsonb[], $6::int[], $7::jsonb[])
   on conflict (deployment_id, slug) do nothing returning id`,
);

const contentOf = (schedules: readonly Omit<NewSchedule, 'deploymentId'>[]) => [
  schedules.map(({ slug }) => slug),
  schedules.map(({ active }) => active),
  schedules.map(({ schedule }) => writeJson(schedule)),
  schedules.map(({ maxScheduledRuns }) => maxScheduledRuns),
  schedules.map(({ parameters }) => writeJson(parameters)),
];

/** Inserts schedules, except those whose slug their deployment has. Returns the ids of the inserted ones. */
export async function insertSchedules(transaction: Queryable, schedules: readonly NewSchedule[]): Promise<string[]> {
  const rows = await transaction.query<{ id: string }>(INSERT, [
    schedules.map(({ id }) => id),
    schedules.map(({ deploymentId }) => deploymentId),
    ...contentOf(schedules),
  ]);
  return rows.map(({ id }) => id);
}

const UPDATE = statement(
  'deploymentSchedules.update',
  `update deployment_schedule s set slug = n.slug, active = n.active, schedule = n.schedule,
     max_scheduled_runs = n.max_scheduled_runs, parameters = n.parameters, updated = now()
   from unnest($1::uuid[], $2::text[], $3::boolean[], $4::jsonb[], $5::int[], $6::jsonb[])
     as n (id, slug, active, schedule, max_scheduled_runs, parameters)
   where s.id = n.id`,
);

/** Changes all columns of schedules. No two schedules of their locked deployment may have one slug afterwards. */
export async function updateSchedules(
  transaction: Queryable,
  schedules: readonly Omit<NewSchedule, 'deploymentId'>[],
): Promise<void> {
  if (schedules.length === 0) return;
  await transaction.query(UPDATE, [schedules.map(({ id }) => id), ...contentOf(schedules)]);
}

/** The columns to change. Absent ones stay unchanged. */
export type ScheduleUpdate = Partial<
  Pick<DeploymentSchedule, 'slug' | 'active' | 'schedule' | 'maxScheduledRuns' | 'parameters'>
>;

/** Returns false if another schedule of the deployment has the slug. The deployment must be locked. */
export async function updateSchedule({ prisma }: Models, id: string, update: ScheduleUpdate): Promise<boolean> {
  const { slug } = update;
  const hasSlug = { slug: slug ?? null, id: { not: id } };
  const { count } = await prisma.deploymentSchedule.updateMany({
    where: { id, ...(slug != null && { deployment: { schedules: { none: hasSlug } } }) },
    // Prisma sets `updated` only with other columns.
    data: { ...withJsonColumns(update, ['schedule', 'parameters']), updated: new Date() },
  });
  return count > 0;
}

export async function deleteSchedule({ prisma }: Models, id: string): Promise<void> {
  await prisma.deploymentSchedule.deleteMany({ where: { id } });
}

export async function deleteSchedules({ prisma }: Models, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await prisma.deploymentSchedule.deleteMany({ where: { id: { in: [...ids] } } });
}

/** Turns schedules off. The runs that they have created stay. */
export async function turnOffSchedules({ prisma }: Models, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const where = { id: { in: [...ids] }, active: true };
  await prisma.deploymentSchedule.updateMany({ where, data: { active: false, updated: new Date() } });
}
