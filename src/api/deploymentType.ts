import { createDeployment } from '../actions/createDeployment.ts';
import { LIMITS } from '../core/limits.ts';
import type { Deployment } from '../core/run.ts';
import { builder } from './builder.ts';
import { given } from './given.ts';
import { keyed } from './keyed.ts';
import { LIMIT_TEXTS } from './limitTexts.ts';
import { NodeInterface } from './nodeInterface.ts';
import { DeploymentType, FlowType } from './objectTypes.ts';

DeploymentType.implement({
  description: 'A flow made ready to run somewhere. Runs from a deployment can be suspended and rescheduled.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    created: t.expose('created', { type: 'DateTime', description: 'When the deployment was created.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When the deployment was last changed.' }),
    name: t.exposeString('name', { description: 'Unique among the deployments of its flow.' }),
    tags: t.exposeStringList('tags', {
      description: `Free words to find the deployment by, as they were given; at most ${LIMITS.tags}.`,
    }),
    labels: t.expose('labels', { type: 'Labels', description: 'Free keys and values; new runs inherit them.' }),
    flowId: t.exposeID('flowId', { description: 'The id of the flow.' }),
    flow: t.field({
      type: FlowType,
      nullable: true,
      description: 'The flow; null where it has been deleted since.',
      resolve: ({ flowId }, _, { loaders }) => loaders.flow.load(flowId),
    }),
  }),
});

builder.queryField('deployment', (t) =>
  t.field({
    type: DeploymentType,
    nullable: true,
    description: 'A deployment; null where there is none with this id.',
    args: { id: t.arg.id({ required: true, description: 'The id of the deployment.' }) },
    resolve: (_, { id }, { loaders }) => loaders.deployment.load(id),
  }),
);

const CreateDeploymentInput = builder.inputType('CreateDeploymentInput', {
  description: 'A deployment to create.',
  fields: (t) => ({
    ...keyed(t),
    flowId: t.id({ required: true, description: 'The id of the flow; an unknown one is REFERENCE_NOT_FOUND.' }),
    name: t.string({ required: true, description: `Unique among the deployments of the flow. ${LIMIT_TEXTS.name}` }),
    tags: t.stringList({ description: `Free words to find the deployment by. ${LIMIT_TEXTS.tags}` }),
    labels: t.field({
      type: 'Labels',
      description: `Free keys and values; new runs inherit them. ${LIMIT_TEXTS.labels}`,
    }),
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

builder.mutationField('createDeployment', (t) =>
  t.field({
    type: CreateDeploymentPayload,
    description: 'Creates a deployment, or finds the one that has the flow and name.',
    args: { input: t.arg({ type: CreateDeploymentInput, required: true, description: 'The deployment.' }) },
    resolve: (_, { input }, { engine, viewer }) => createDeployment(engine, viewer, given(input)),
  }),
);
