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
import { planned } from '../building/plannedField.ts';
import { asksForDeploymentJson, asksForRunJson, loadDeployment, wide } from '../building/selected.ts';
import { byIdText, filterText, nullableIdText, relatedText, SHARED_TEXTS, sortText } from '../building/sharedTexts.ts';
import { filterInputType } from '../filters/filterInputType.ts';
import { toFilter } from '../filters/toFilter.ts';

DeploymentType.implement({
  description:
    'A flow with everything that is needed to run it: parameters, schedules and a work queue. Only flow runs of a ' +
    'deployment can be suspended and scheduled again.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    created: t.expose('created', { type: 'DateTime', description: 'When the deployment was created.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When the deployment was last changed.' }),
    name: t.exposeString('name', { description: 'The name, unique among the deployments of the flow.' }),
    description: t.exposeString('description', {
      nullable: true,
      description: 'A free-text description; null if there is none.',
    }),
    version: t.exposeString('version', {
      nullable: true,
      description: 'The version of the deployment, as sent by the client; null if there is none.',
    }),
    tags: t.exposeStringList('tags', {
      description:
        `Tags to find the deployment by, as sent by the client; at most ${LIMITS.tags}. Its flow runs get ` +
        'them, too.',
    }),
    labels: t.expose('labels', { type: 'Labels', description: SHARED_TEXTS.labels }),
    paused: t.exposeBoolean('paused', {
      description: 'Whether the schedules of the deployment are paused. Flow runs can still be created explicitly.',
    }),
    parameters: t.field({
      extensions: planned({ column: 'parameters' }),
      type: 'JSONObject',
      description: 'Default arguments of the flow, which a flow run can override.',
      resolve: (deployment) => wide(deployment.parameters),
    }),
    parameterOpenapiSchema: t.field({
      extensions: planned({ column: 'parameterOpenapiSchema' }),
      type: 'JSONObject',
      nullable: true,
      description: 'The JSON Schema (2020-12) of the parameters; null if there is none.',
      resolve: (deployment) => wide(deployment.parameterOpenapiSchema),
    }),
    enforceParameterSchema: t.exposeBoolean('enforceParameterSchema', {
      description: 'Whether flow runs whose parameters do not match the schema are rejected.',
    }),
    jobVariables: t.field({
      extensions: planned({ column: 'jobVariables' }),
      type: 'JSONObject',
      description: 'Settings for the infrastructure of the flow runs, which a flow run can override.',
      resolve: (deployment) => wide(deployment.jobVariables),
    }),
    flowId: t.exposeID('flowId', { description: 'The id of the flow.' }),
    flow: t.field({
      extensions: planned({ one: 'flow' }),
      type: FlowType,
      nullable: true,
      description: relatedText('flow'),
      resolve: ({ flowId }, _, { loaders }) => loaders.flow.load(flowId),
    }),
    schedules: t.field({
      type: [DeploymentScheduleType],
      description: 'The schedules of the deployment, oldest first; at most 100.',
      resolve: ({ id }, _, { loaders }) => loaders.schedulesOf(id),
    }),
    workQueueId: t.exposeID('workQueueId', { nullable: true, description: nullableIdText('work queue') }),
    workQueue: t.field({
      type: WorkQueueType,
      nullable: true,
      description: 'The work queue from which workers take the flow runs; null if there is none.',
      resolve: ({ workQueueId }, _, { loaders }) => (workQueueId === null ? null : loaders.workQueue.load(workQueueId)),
    }),
    flowRuns: t.field({
      extensions: planned({ children: 'flowRuns' }),
      type: FlowRunConnection,
      description: 'The flow runs of the deployment.',
      args: {
        filter: t.arg({ type: filterInputType('FlowRun'), description: filterText('flow runs') }),
        sort: t.arg({ type: RunSortEnum, description: sortText('ID_DESC') }),
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
    filter: t.field({ type: filterInputType('Deployment'), description: filterText('deployments') }),
    sort: t.field({ type: DeploymentSortEnum, description: sortText('ID_DESC') }),
  }));

builder.queryFields((t) => ({
  deployment: t.field({
    extensions: planned({ byId: 'deployment' }),
    type: DeploymentType,
    nullable: true,
    description: byIdText('deployment'),
    args: { id: t.arg.id({ required: true, description: 'The id of the deployment.' }) },
    resolve: (_, { id }, context, info) => loadDeployment(id, context, info),
  }),
  deploymentByName: t.field({
    type: DeploymentType,
    nullable: true,
    description: 'Returns a deployment by its name and the name of its flow; null if there is none.',
    args: {
      flowName: t.arg.string({ required: true, description: 'The name of the flow.' }),
      deploymentName: t.arg.string({ required: true, description: 'The name of the deployment.' }),
    },
    resolve: async (_, { flowName, deploymentName }, context, info) => {
      checkText('flowName', flowName, LIMITS.nameCharacters);
      checkText('deploymentName', deploymentName, LIMITS.nameCharacters);
      const { reads, viewer } = context;
      const id = await deploymentIdByNames(reads, viewer.tenantId, flowName, deploymentName);
      return loadDeployment(id, context, info);
    },
  }),
  deployments: t.field({
    extensions: planned({ list: 'deployments' }),
    type: DeploymentConnection,
    description: 'Lists deployments.',
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
    extensions: planned({ children: 'deployments' }),
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
