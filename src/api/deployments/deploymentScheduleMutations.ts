import { createDeploymentSchedule } from '../../actions/deployments/createDeploymentSchedule.ts';
import { deleteDeploymentSchedule } from '../../actions/deployments/deleteDeploymentSchedule.ts';
import { updateDeploymentSchedule } from '../../actions/deployments/updateDeploymentSchedule.ts';
import type { DeploymentSchedule } from '../../core/schedules/deploymentSchedule.ts';
import { builder } from '../building/builder.ts';
import { given } from '../building/given.ts';
import { keyed } from '../building/keyed.ts';
import { notNull } from '../building/notNull.ts';
import { DeploymentScheduleType } from '../building/objectTypes.ts';
import { ScheduleInput, scheduleFields, scheduleRequest } from './deploymentScheduleType.ts';

const CreateDeploymentScheduleInput = builder.inputType('CreateDeploymentScheduleInput', {
  description: 'A schedule to add to a deployment. It is active where nothing else is said.',
  fields: (t) => ({
    ...keyed(t),
    deploymentId: t.id({ required: true, description: 'The id of the deployment; an unknown one is NOT_FOUND.' }),
    schedule: t.field({ type: ScheduleInput, required: true, description: 'Its times.' }),
    ...scheduleFields(t),
  }),
});

const UpdateDeploymentScheduleInput = builder.inputType('UpdateDeploymentScheduleInput', {
  description:
    'What to change of a schedule. What is left out stays as it is. Null clears `slug` and `maxScheduledRuns`; elsewhere it ' +
    'is BAD_USER_INPUT.',
  fields: (t) => ({
    ...keyed(t),
    deploymentScheduleId: t.id({
      required: true,
      description: 'The id of the schedule; an unknown one is NOT_FOUND.',
    }),
    schedule: t.field({ type: ScheduleInput, description: 'Its times, all anew.' }),
    ...scheduleFields(t),
  }),
});

const DeleteDeploymentScheduleInput = builder.inputType('DeleteDeploymentScheduleInput', {
  description: 'A schedule to delete.',
  fields: (t) => ({
    ...keyed(t),
    deploymentScheduleId: t.id({
      required: true,
      description: 'The id of the schedule; an unknown one is NOT_FOUND.',
    }),
  }),
});

const ChangeDeploymentSchedulePayload = builder
  .objectRef<{ schedule: DeploymentSchedule }>('ChangeDeploymentSchedulePayload')
  .implement({
    description: 'The schedule that was made or changed.',
    fields: (t) => ({
      schedule: t.expose('schedule', { type: DeploymentScheduleType, description: 'The schedule as it is now.' }),
    }),
  });

const DeleteDeploymentSchedulePayload = builder
  .objectRef<{ deploymentScheduleId: string }>('DeleteDeploymentSchedulePayload')
  .implement({
    description: 'The schedule that is gone.',
    fields: (t) => ({ deploymentScheduleId: t.exposeID('deploymentScheduleId', { description: 'Its id.' }) }),
  });

builder.mutationFields((t) => ({
  createDeploymentSchedule: t.field({
    type: ChangeDeploymentSchedulePayload,
    description: 'Adds a schedule to a deployment, and makes its next runs. CONFLICT where its slug is taken.',
    args: { input: t.arg({ type: CreateDeploymentScheduleInput, required: true, description: 'The schedule.' }) },
    resolve: (_, { input: { idempotencyKey, deploymentId, ...schedule } }, { engine, viewer }) =>
      createDeploymentSchedule(engine, viewer, { ...scheduleRequest(schedule), idempotencyKey, deploymentId }),
  }),
  updateDeploymentSchedule: t.field({
    type: ChangeDeploymentSchedulePayload,
    description:
      'Changes a schedule. Runs of the future that it has made and that have not begun are deleted, and made anew where ' +
      'they are still wanted. CONFLICT where its slug is taken.',
    args: {
      input: t.arg({ type: UpdateDeploymentScheduleInput, required: true, description: 'Which, and what of it.' }),
    },
    resolve: (_, { input }, { engine, viewer }) => {
      notNull(input, ['schedule', 'active', 'parameters']);
      const { schedule, slug, maxScheduledRuns, ...rest } = input;
      return updateDeploymentSchedule(engine, viewer, {
        ...given(rest),
        ...(slug !== undefined && { slug }),
        ...(maxScheduledRuns !== undefined && { maxScheduledRuns }),
        ...(schedule && { schedule: given(schedule) }),
      });
    },
  }),
  deleteDeploymentSchedule: t.field({
    type: DeleteDeploymentSchedulePayload,
    description: 'Deletes a schedule, and the runs of the future that it has made and that have not begun.',
    args: { input: t.arg({ type: DeleteDeploymentScheduleInput, required: true, description: 'Which schedule.' }) },
    resolve: (_, { input }, { engine, viewer }) => deleteDeploymentSchedule(engine, viewer, given(input)),
  }),
}));
