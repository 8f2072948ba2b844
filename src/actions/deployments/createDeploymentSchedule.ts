import { type DeploymentSchedule, MAX_SCHEDULES } from '../../core/schedules/deploymentSchedule.ts';
import { Problem } from '../../core/values/problem.ts';
import type { Viewer } from '../../core/values/viewer.ts';
import { deploymentSchedulesById, insertSchedules, schedulesOf } from '../../store/deployments/deploymentSchedules.ts';
import type { Keyed } from '../writing/answerBook.ts';
import type { Engine } from '../writing/engine.ts';
import { changeDeployment } from './changeDeployment.ts';
import { newSchedule, type ScheduleRequest } from './scheduleRequest.ts';

export interface CreateDeploymentSchedule extends Keyed, ScheduleRequest {
  deploymentId: string;
}

export const slugIsTaken = (slug: string | null | undefined) =>
  new Problem('CONFLICT', `The deployment already has a schedule with the slug "${slug}".`);

/** Adds a schedule to a deployment and creates its next runs. CONFLICT if the slug is taken. */
export async function createDeploymentSchedule(
  engine: Engine,
  viewer: Viewer,
  input: CreateDeploymentSchedule,
): Promise<{ schedule: DeploymentSchedule }> {
  const wanted = newSchedule('input', input);
  const { id } = await changeDeployment(
    engine,
    viewer,
    { operation: 'createDeploymentSchedule', input },
    async () => input.deploymentId,
    async ({ transaction, deployment }) => {
      const known = (await schedulesOf(transaction, [deployment.id])).get(deployment.id) ?? [];
      if (known.length >= MAX_SCHEDULES)
        throw new Problem('LIMIT_EXCEEDED', `A deployment may have at most ${MAX_SCHEDULES} schedules.`);
      const made = await insertSchedules(transaction, [{ ...wanted, deploymentId: deployment.id }]);
      if (made.length === 0) throw slugIsTaken(input.slug);
      return { answer: { id: wanted.id }, withdrawn: [] };
    },
  );
  return { schedule: await requireSchedule(engine, viewer, id) };
}

export async function requireSchedule(
  { database }: Engine,
  { tenantId }: Viewer,
  id: string,
): Promise<DeploymentSchedule> {
  const [schedule] = await deploymentSchedulesById(database, tenantId, [id]);
  if (!schedule) throw unknownSchedule(id);
  return schedule;
}

export const unknownSchedule = (id: string) => new Problem('NOT_FOUND', `Deployment schedule with id ${id} not found`);
