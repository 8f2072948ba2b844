import { checkText } from '../../core/checks/checkText.ts';
import { LIMITS } from '../../core/values/limits.ts';
import { deploymentIdByNames } from '../../store/deployments/deployments.ts';
import { builder } from '../building/builder.ts';
import { pageArguments, pageRequest } from '../building/connectionOf.ts';
import { DeploymentSortEnum, RunSortEnum } from '../building/enums.ts';
import { NodeInterface } from '../building/nodeInterface.ts';
import {
  DeploymentConnection,
  DeploymentScheduleType,
  DeploymentType,
  FlowRunConnection,
  FlowType,
  WorkQueueType,
} from '../building/objectTypes.ts';
import { asksForDeploymentJson, asksForRunJson, loadDeployment, wide } from '../building/selected.ts';
import { filterInputType } from '../filters/filterInputType.ts';
import { toFilter } from '../filters/toFilter.ts';

DeploymentType.implement({
  description: 'A flow made ready to run somewhere. Runs from a deployment can be suspended and rescheduled.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    created: t.expose('created', { type: 'DateTime', description: 'When the deployment was created.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When the deployment was last changed.' }),
    name: t.exposeString('name', { description: 'Unique among the deployments of its flow.' }),
    description: t.exposeString('description', { nullable: true, description: 'What it is for.' }),
    version: t.exposeString('version', { nullable: true, description: 'The version of the deployment, as given.' }),
    tags: t.exposeStringList('tags', {
      description: `Free words to find the deployment by, as they were given; at most ${LIMITS.tags}. Its runs get them.`,
    }),
    labels: t.expose('labels', { type: 'Labels', description: 'Free keys and values; new runs inherit them.' }),
    paused: t.exposeBoolean('paused', {
      description: 'Whether its schedules rest. Runs can still be made by hand.',
    }),
    parameters: t.field({
      type: 'JSONObject',
      description: 'The arguments of the flow, where a run does not say otherwise.',
      resolve: (deployment) => wide(deployment.parameters),
    }),
    parameterOpenapiSchema: t.field({
      type: 'JSONObject',
      nullable: true,
      description: 'The JSON Schema (2020-12) of the parameters; null where there is none.',
      resolve: (deployment) => wide(deployment.parameterOpenapiSchema),
    }),
    enforceParameterSchema: t.exposeBoolean('enforceParameterSchema', {
      description: 'Whether runs with parameters that do not fit the schema are refused.',
    }),
    jobVariables: t.field({
      type: 'JSONObject',
      description: 'What its runs ask of their infrastructure, where a run does not say otherwise.',
      resolve: (deployment) => wide(deployment.jobVariables),
    }),
    flowId: t.exposeID('flowId', { description: 'The id of the flow.' }),
    flow: t.field({
      type: FlowType,
      nullable: true,
      description: 'The flow; null where it has been deleted since.',
      resolve: ({ flowId }, _, { loaders }) => loaders.flow.load(flowId),
    }),
    schedules: t.field({
      type: [DeploymentScheduleType],
      description: 'When runs are due, the oldest schedule first; at most 100.',
      resolve: ({ id }, _, { loaders }) => loaders.schedulesOf(id),
    }),
    workQueueId: t.exposeID('workQueueId', { nullable: true, description: 'The id of the work queue.' }),
    workQueue: t.field({
      type: WorkQueueType,
      nullable: true,
      description: 'The queue that workers take its runs from; null where there is none.',
      resolve: ({ workQueueId }, _, { loaders }) => (workQueueId === null ? null : loaders.workQueue.load(workQueueId)),
    }),
    flowRuns: t.field({
      type: FlowRunConnection,
      description: 'The runs that were made from the deployment.',
      args: {
        filter: t.arg({ type: filterInputType('FlowRun'), description: 'Which runs; all where it is left out.' }),
        sort: t.arg({ type: RunSortEnum, description: 'In which order; ID_DESC where it is left out.' }),
        ...pageArguments(),
      },
      resolve: ({ id }, { filter, sort, ...page }, { loaders }, info) =>
        loaders.flowRunsOfDeployment(id, {
          filter: toFilter('FlowRun', filter),
          sort: sort ?? 'ID_DESC',
          page: pageRequest(page),
          wide: asksForRunJson(info),
        }),
    }),
  }),
});

const deploymentArguments = () =>
  builder.args((t) => ({
    filter: t.field({
      type: filterInputType('Deployment'),
      description: 'Which deployments; all where it is left out.',
    }),
    sort: t.field({ type: DeploymentSortEnum, description: 'In which order; ID_DESC where it is left out.' }),
  }));

builder.queryFields((t) => ({
  deployment: t.field({
    type: DeploymentType,
    nullable: true,
    description: 'A deployment; null where there is none with this id.',
    args: { id: t.arg.id({ required: true, description: 'The id of the deployment.' }) },
    resolve: (_, { id }, context, info) => loadDeployment(id, context, info),
  }),
  deploymentByName: t.field({
    type: DeploymentType,
    nullable: true,
    description: 'The deployment of a flow by their names; null where there is none.',
    args: {
      flowName: t.arg.string({ required: true, description: 'The name of the flow.' }),
      deploymentName: t.arg.string({ required: true, description: 'The name of the deployment.' }),
    },
    resolve: async (_, { flowName, deploymentName }, context, info) => {
      checkText('flowName', flowName, LIMITS.nameCharacters);
      checkText('deploymentName', deploymentName, LIMITS.nameCharacters);
      const { engine, viewer } = context;
      const id = await deploymentIdByNames(engine.database, viewer.tenantId, flowName, deploymentName);
      return loadDeployment(id, context, info);
    },
  }),
  deployments: t.field({
    type: DeploymentConnection,
    description: 'Deployments.',
    args: { ...deploymentArguments(), ...pageArguments() },
    resolve: (_, { filter, sort, ...page }, { loaders }, info) =>
      loaders.deployments({
        filter: toFilter('Deployment', filter),
        sort: sort ?? 'ID_DESC',
        page: pageRequest(page),
        wide: asksForDeploymentJson(info),
      }),
  }),
}));

builder.objectField(FlowType, 'deployments', (t) =>
  t.field({
    type: DeploymentConnection,
    description: 'The deployments of the flow.',
    args: { ...deploymentArguments(), ...pageArguments() },
    resolve: ({ id }, { filter, sort, ...page }, { loaders }, info) =>
      loaders.deploymentsOf(id, {
        filter: toFilter('Deployment', filter),
        sort: sort ?? 'ID_DESC',
        page: pageRequest(page),
        wide: asksForDeploymentJson(info),
      }),
  }),
);
