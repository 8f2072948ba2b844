import { createDeploymentSchedule } from '../../actions/deployments/createDeploymentSchedule.ts';
import { deleteDeploymentSchedule } from '../../actions/deployments/deleteDeploymentSchedule.ts';
import { updateDeploymentSchedule } from '../../actions/deployments/updateDeploymentSchedule.ts';
import type { DeploymentSchedule } from '../../core/schedules/deploymentSchedule.ts';
import { builder } from '../building/builder.ts';
import { given } from '../building/given.ts';
import { keyed } from '../building/keyed.ts';
import { notNull } from '../building/notNull.ts';
import { DeploymentScheduleType } from '../building/objectTypes.ts';
import { idText } from '../building/sharedTexts.ts';
import { ScheduleInput, scheduleFields, scheduleRequest } from './deploymentScheduleType.ts';

const CreateDeploymentScheduleInput = builder.inputType('CreateDeploymentScheduleInput', {
  description: 'A schedule to add to a deployment. Active by default.',
  fields: (t) => ({
    ...keyed(t),
    deploymentId: t.id({ required: true, description: idText('deployment', 'NOT_FOUND') }),
    schedule: t.field({ type: ScheduleInput, required: true, description: 'When flow runs are due.' }),
    ...scheduleFields(t),
  }),
});

const UpdateDeploymentScheduleInput = builder.inputType('UpdateDeploymentScheduleInput', {
  description:
    'Changes to a schedule. Omitted fields stay unchanged. Null clears `slug` and `maxScheduledRuns`; for other ' +
    'fields it fails with BAD_USER_INPUT.',
  fields: (t) => ({
    ...keyed(t),
    deploymentScheduleId: t.id({
      required: true,
      description: idText('schedule', 'NOT_FOUND'),
    }),
    schedule: t.field({
      type: ScheduleInput,
      description: 'When flow runs are due. Replaces the previous times as a whole.',
    }),
    ...scheduleFields(t),
  }),
});

const DeleteDeploymentScheduleInput = builder.inputType('DeleteDeploymentScheduleInput', {
  description: 'The schedule to delete.',
  fields: (t) => ({
    ...keyed(t),
    deploymentScheduleId: t.id({
      required: true,
      description: idText('schedule', 'NOT_FOUND'),
    }),
  }),
});

const ChangeDeploymentSchedulePayload = builder
  .objectRef<{ schedule: DeploymentSchedule }>('ChangeDeploymentSchedulePayload')
  .implement({
    description: 'The created or changed schedule.',
    fields: (t) => ({
      schedule: t.expose('schedule', { type: DeploymentScheduleType, description: 'The schedule after the change.' }),
    }),
  });

const DeleteDeploymentSchedulePayload = builder
  .objectRef<{ deploymentScheduleId: string }>('DeleteDeploymentSchedulePayload')
  .implement({
    description: 'The deleted schedule.',
    fields: (t) => ({
      deploymentScheduleId: t.exposeID('deploymentScheduleId', { description: 'The id of the deleted schedule.' }),
    }),
  });

builder.mutationFields((t) => ({
  createDeploymentSchedule: t.field({
    type: ChangeDeploymentSchedulePayload,
    description:
      'Adds a schedule to a deployment and creates its next flow runs. Fails with CONFLICT if the slug is taken, ' +
      'and with LIMIT_EXCEEDED if the deployment already has 100 schedules.',
    args: {
      input: t.arg({ type: CreateDeploymentScheduleInput, required: true, description: 'The schedule to add.' }),
    },
    resolve: (_, { input: { idempotencyKey, deploymentId, ...schedule } }, { engine, viewer }) =>
      createDeploymentSchedule(engine, viewer, { ...scheduleRequest(schedule), idempotencyKey, deploymentId }),
  }),
  updateDeploymentSchedule: t.field({
    type: ChangeDeploymentSchedulePayload,
    description:
      'Changes a schedule. Future flow runs that it created and that have not started are deleted, and created ' +
      'again as needed. Fails with CONFLICT if the slug is taken.',
    args: {
      input: t.arg({
        type: UpdateDeploymentScheduleInput,
        required: true,
        description: 'The schedule and the changes.',
      }),
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
    description: 'Deletes a schedule, and the future flow runs that it created and that have not started.',
    args: {
      input: t.arg({ type: DeleteDeploymentScheduleInput, required: true, description: 'The schedule to delete.' }),
    },
    resolve: (_, { input }, { engine, viewer }) => deleteDeploymentSchedule(engine, viewer, given(input)),
  }),
}));
