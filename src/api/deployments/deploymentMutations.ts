import { createDeployment } from '../../actions/deployments/createDeployment.ts';
import { deleteDeployment } from '../../actions/deployments/deleteDeployment.ts';
import { updateDeployment } from '../../actions/deployments/updateDeployment.ts';
import type { Deployment } from '../../core/runs/run.ts';
import { builder } from '../building/builder.ts';
import { given } from '../building/given.ts';
import { type InputFields, keyed } from '../building/keyed.ts';
import { LIMIT_TEXTS } from '../building/limitTexts.ts';
import { notNull } from '../building/notNull.ts';
import { DeploymentType } from '../building/objectTypes.ts';
import { DeploymentScheduleInput, scheduleRequest } from './deploymentScheduleType.ts';

const contentFields = (t: InputFields) => ({
  description: t.string({ description: `What it is for. ${LIMIT_TEXTS.message}` }),
  version: t.string({ description: `The version of the deployment. ${LIMIT_TEXTS.text}` }),
  tags: t.stringList({ description: `Free words to find the deployment by; its runs get them. ${LIMIT_TEXTS.tags}` }),
  labels: t.field({
    type: 'Labels',
    description: `Free keys and values; new runs inherit them. ${LIMIT_TEXTS.labels}`,
  }),
  paused: t.boolean({ description: 'Whether its schedules rest. Runs can still be made by hand.' }),
  parameters: t.field({
    type: 'JSONObject',
    description:
      'The arguments of the flow, where a run does not say otherwise. What does not fit the schema is BAD_USER_INPUT; ' +
      `what the schema requires may be missing. ${LIMIT_TEXTS.parameters}`,
  }),
  parameterOpenapiSchema: t.field({
    type: 'JSONObject',
    description: `The JSON Schema (2020-12) of the parameters. ${LIMIT_TEXTS.json}`,
  }),
  enforceParameterSchema: t.boolean({
    description: 'Whether runs with parameters that do not fit the schema are refused.',
  }),
  jobVariables: t.field({
    type: 'JSONObject',
    description:
      'What its runs ask of their infrastructure, where a run does not say otherwise. What does not fit the schema of the ' +
      `work pool is BAD_USER_INPUT. ${LIMIT_TEXTS.json}`,
  }),
  workPoolName: t.string({
    description: `The work pool whose workers take its runs; an unknown one is REFERENCE_NOT_FOUND. ${LIMIT_TEXTS.name}`,
  }),
  workQueueName: t.string({
    description: `The queue in that pool, the default one where it is left out; an unknown one is REFERENCE_NOT_FOUND. ${LIMIT_TEXTS.name}`,
  }),
  schedules: t.field({
    type: [DeploymentScheduleInput],
    description: 'When runs are due. At most 100; more is LIMIT_EXCEEDED.',
  }),
});

const CreateDeploymentInput = builder.inputType('CreateDeploymentInput', {
  description: 'A deployment to create. What is left out or null has its default: not paused, its schema enforced.',
  fields: (t) => ({
    ...keyed(t),
    flowId: t.id({ required: true, description: 'The id of the flow; an unknown one is REFERENCE_NOT_FOUND.' }),
    name: t.string({ required: true, description: `Unique among the deployments of the flow. ${LIMIT_TEXTS.name}` }),
    ...contentFields(t),
  }),
});

const UpdateDeploymentInput = builder.inputType('UpdateDeploymentInput', {
  description:
    'What to change of a deployment. What is left out stays as it is. Null clears the description, the version, the schema ' +
    'and, as `workPoolName`, the work pool; elsewhere it is BAD_USER_INPUT.',
  fields: (t) => ({
    ...keyed(t),
    deploymentId: t.id({ required: true, description: 'The id of the deployment; an unknown one is NOT_FOUND.' }),
    ...contentFields(t),
  }),
});

const DeleteDeploymentInput = builder.inputType('DeleteDeploymentInput', {
  description: 'A deployment to delete.',
  fields: (t) => ({
    ...keyed(t),
    deploymentId: t.id({ required: true, description: 'The id of the deployment; an unknown one is NOT_FOUND.' }),
  }),
});

const CreateDeploymentPayload = builder
  .objectRef<{ deployment: Deployment; created: boolean }>('CreateDeploymentPayload')
  .implement({
    description: 'The deployment of the flow and name that were sent.',
    fields: (t) => ({
      deployment: t.expose('deployment', { type: DeploymentType, description: 'The deployment, new or as it was.' }),
      created: t.exposeBoolean('created', {
        description: 'False where the flow had a deployment of this name; it is unchanged.',
      }),
    }),
  });

const UpdateDeploymentPayload = builder.objectRef<{ deployment: Deployment }>('UpdateDeploymentPayload').implement({
  description: 'The deployment that was changed.',
  fields: (t) => ({
    deployment: t.expose('deployment', { type: DeploymentType, description: 'The deployment as it is now.' }),
  }),
});

const DeleteDeploymentPayload = builder.objectRef<{ deploymentId: string }>('DeleteDeploymentPayload').implement({
  description: 'The deployment that is gone.',
  fields: (t) => ({ deploymentId: t.exposeID('deploymentId', { description: 'Its id.' }) }),
});

builder.mutationFields((t) => ({
  createDeployment: t.field({
    type: CreateDeploymentPayload,
    description:
      'Creates a deployment, or finds the one that has the flow and name. The next runs of its schedules are made with it.',
    args: { input: t.arg({ type: CreateDeploymentInput, required: true, description: 'The deployment.' }) },
    resolve: (_, { input: { schedules, ...input } }, { engine, viewer }) =>
      createDeployment(engine, viewer, {
        ...given(input),
        ...(schedules && { schedules: schedules.map(scheduleRequest) }),
      }),
  }),
  updateDeployment: t.field({
    type: UpdateDeploymentPayload,
    description:
      'Changes a deployment. Given schedules take the place of all that it has. Runs of the future that its schedules have ' +
      'made for what it was before, and that have not begun, are deleted, and made anew where they are still wanted.',
    args: { input: t.arg({ type: UpdateDeploymentInput, required: true, description: 'Which, and what of it.' }) },
    resolve: (_, { input }, { engine, viewer }) => {
      notNull(input, ['tags', 'labels', 'paused', 'parameters', 'enforceParameterSchema', 'jobVariables', 'schedules']);
      const { schedules, description, version, parameterOpenapiSchema, workPoolName, ...rest } = input;
      return updateDeployment(engine, viewer, {
        ...given(rest),
        ...(description !== undefined && { description }),
        ...(version !== undefined && { version }),
        ...(parameterOpenapiSchema !== undefined && { parameterOpenapiSchema }),
        ...(workPoolName !== undefined && { workPoolName }),
        ...(schedules && { schedules: schedules.map(scheduleRequest) }),
      });
    },
  }),
  deleteDeployment: t.field({
    type: DeleteDeploymentPayload,
    description:
      'Deletes a deployment with its schedules and its own concurrency limit, and those of its runs that have not begun, ' +
      'whoever made them. Runs that have begun stay.',
    args: { input: t.arg({ type: DeleteDeploymentInput, required: true, description: 'Which deployment.' }) },
    resolve: (_, { input }, { engine, viewer }) => deleteDeployment(engine, viewer, given(input)),
  }),
}));
