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
import { idText, SHARED_TEXTS } from '../building/sharedTexts.ts';
import { DeploymentScheduleInput, scheduleRequest } from './deploymentScheduleType.ts';

const contentFields = (t: InputFields) => ({
  description: t.string({ description: SHARED_TEXTS.description }),
  version: t.string({ description: `The version of the deployment. ${LIMIT_TEXTS.text}` }),
  tags: t.stringList({
    description: `Tags to find the deployment by. Its flow runs get them, too. ${LIMIT_TEXTS.tags}`,
  }),
  labels: t.field({
    type: 'Labels',
    description: `${SHARED_TEXTS.labels} ${LIMIT_TEXTS.labels}`,
  }),
  paused: t.boolean({
    description: 'Whether the schedules of the deployment are paused. Flow runs can still be created explicitly.',
  }),
  parameters: t.field({
    type: 'JSONObject',
    description:
      'Default arguments of the flow, which a flow run can override. If the schema is enforced, parameters that do ' +
      `not match it fail with BAD_USER_INPUT; required parameters can be missing. ${LIMIT_TEXTS.parameters}`,
  }),
  parameterOpenapiSchema: t.field({
    type: 'JSONObject',
    description: `The JSON Schema (2020-12) of the parameters. ${LIMIT_TEXTS.json}`,
  }),
  enforceParameterSchema: t.boolean({
    description: 'Whether to reject flow runs whose parameters do not match the schema.',
  }),
  jobVariables: t.field({
    type: 'JSONObject',
    description:
      'Settings for the infrastructure of the flow runs, which a flow run can override. Variables that do not match ' +
      `the schema of the work pool fail with BAD_USER_INPUT. ${LIMIT_TEXTS.json}`,
  }),
  workPoolName: t.string({
    description:
      'The name of the work pool whose workers take the flow runs. An unknown name fails with REFERENCE_NOT_FOUND. ' +
      `${LIMIT_TEXTS.name}`,
  }),
  workQueueName: t.string({
    description: SHARED_TEXTS.workQueueName,
  }),
  schedules: t.field({
    type: [DeploymentScheduleInput],
    description: 'When flow runs are due. At most 100 schedules; more fail with LIMIT_EXCEEDED.',
  }),
});

const CreateDeploymentInput = builder.inputType('CreateDeploymentInput', {
  description:
    'A deployment to create. Omitted and null fields get their defaults: not paused, and the schema is enforced.',
  fields: (t) => ({
    ...keyed(t),
    flowId: t.id({ required: true, description: idText('flow', 'REFERENCE_NOT_FOUND') }),
    name: t.string({
      required: true,
      description: `The name, unique among the deployments of the flow. ${LIMIT_TEXTS.name}`,
    }),
    ...contentFields(t),
  }),
});

const UpdateDeploymentInput = builder.inputType('UpdateDeploymentInput', {
  description:
    'Changes to a deployment. Omitted fields stay unchanged. Null clears the description, the version, the schema ' +
    'and, as `workPoolName`, the work pool; it leaves `workQueueName` unchanged. For other fields, null fails with ' +
    'BAD_USER_INPUT.',
  fields: (t) => ({
    ...keyed(t),
    deploymentId: t.id({ required: true, description: idText('deployment', 'NOT_FOUND') }),
    ...contentFields(t),
  }),
});

const DeleteDeploymentInput = builder.inputType('DeleteDeploymentInput', {
  description: 'The deployment to delete.',
  fields: (t) => ({
    ...keyed(t),
    deploymentId: t.id({ required: true, description: idText('deployment', 'NOT_FOUND') }),
  }),
});

const CreateDeploymentPayload = builder
  .objectRef<{ deployment: Deployment; created: boolean }>('CreateDeploymentPayload')
  .implement({
    description: 'The deployment of the flow with this name.',
    fields: (t) => ({
      deployment: t.expose('deployment', { type: DeploymentType, description: 'The new or existing deployment.' }),
      created: t.exposeBoolean('created', {
        description: 'False if the flow already had a deployment with this name, which is then returned unchanged.',
      }),
    }),
  });

const UpdateDeploymentPayload = builder.objectRef<{ deployment: Deployment }>('UpdateDeploymentPayload').implement({
  description: 'The changed deployment.',
  fields: (t) => ({
    deployment: t.expose('deployment', { type: DeploymentType, description: 'The deployment after the change.' }),
  }),
});

const DeleteDeploymentPayload = builder.objectRef<{ deploymentId: string }>('DeleteDeploymentPayload').implement({
  description: 'The deleted deployment.',
  fields: (t) => ({ deploymentId: t.exposeID('deploymentId', { description: 'The id of the deleted deployment.' }) }),
});

builder.mutationFields((t) => ({
  createDeployment: t.field({
    type: CreateDeploymentPayload,
    description:
      'Creates a deployment and the next flow runs of its schedules. If the flow already has a deployment with this ' +
      'name, returns it unchanged.',
    args: { input: t.arg({ type: CreateDeploymentInput, required: true, description: 'The deployment to create.' }) },
    resolve: (_, { input: { schedules, ...input } }, { engine, viewer }) =>
      createDeployment(engine, viewer, {
        ...given(input),
        ...(schedules && { schedules: schedules.map(scheduleRequest) }),
      }),
  }),
  updateDeployment: t.field({
    type: UpdateDeploymentPayload,
    description:
      'Changes a deployment. If `schedules` is set, the deployment has only these schedules afterwards. A schedule with ' +
      'the slug, or else with the times, of an earlier one keeps its id, and a time whose run a worker has already ' +
      'taken gets no second run. Such a schedule also keeps what the request omits: `active`, and the anchor of an ' +
      'interval of the same length. A change that affects scheduled flow runs deletes future runs that schedules ' +
      'created and that have not started, and creates them again as needed.',
    args: {
      input: t.arg({ type: UpdateDeploymentInput, required: true, description: 'The deployment and the changes.' }),
    },
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
      'Deletes a deployment with its schedules and its concurrency limit, and all of its flow runs that have not ' +
      'started. Flow runs that have started are kept.',
    args: { input: t.arg({ type: DeleteDeploymentInput, required: true, description: 'The deployment to delete.' }) },
    resolve: (_, { input }, { engine, viewer }) => deleteDeployment(engine, viewer, given(input)),
  }),
}));
