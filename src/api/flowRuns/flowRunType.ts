import { flowRunCount } from '../../store/flowRuns/flowRuns.ts';
import { builder } from '../building/builder.ts';
import { pageArguments, pageRequest } from '../building/connectionOf.ts';
import { RunSortEnum } from '../building/enums.ts';
import { given } from '../building/given.ts';
import { LIMIT_TEXTS } from '../building/limitTexts.ts';
import { NodeInterface } from '../building/nodeInterface.ts';
import {
  DeploymentType,
  FlowRunConnection,
  FlowRunInputConnection,
  FlowRunInputType,
  FlowRunStateConnection,
  FlowRunStateType,
  FlowRunType,
  FlowType,
  LogConnection,
  TaskRunConnection,
  TaskRunType,
} from '../building/objectTypes.ts';
import { planned } from '../building/plannedField.ts';
import {
  asksForData,
  asksForRunJson,
  asksForTaskInputs,
  loadDeployment,
  loadFlowRun,
  loadFlowRunState,
  loadTaskRun,
  wide,
} from '../building/selected.ts';
import { byIdText, filterText, nullableIdText, relatedText, SHARED_TEXTS, sortText } from '../building/sharedTexts.ts';
import { filterInputType } from '../filters/filterInputType.ts';
import { toFilter } from '../filters/toFilter.ts';
import { FlowRunPolicyType } from '../runs/policyTypes.ts';
import { RunInterface } from '../runs/runInterface.ts';

FlowRunType.implement({
  description: 'One execution of a flow.',
  interfaces: [NodeInterface, RunInterface],
  fields: (t) => ({
    flowId: t.exposeID('flowId', { description: 'The id of the flow.' }),
    flow: t.field({
      extensions: planned({ one: 'flow' }),
      type: FlowType,
      nullable: true,
      description: relatedText('flow'),
      resolve: ({ flowId }, _, { loaders }) => loaders.flow.load(flowId),
    }),
    flowVersion: t.exposeString('flowVersion', {
      nullable: true,
      description: 'The version of the flow, as sent by the client; null if there is none.',
    }),
    deploymentId: t.exposeID('deploymentId', { nullable: true, description: nullableIdText('deployment') }),
    deployment: t.field({
      extensions: planned({ one: 'deployment' }),
      type: DeploymentType,
      nullable: true,
      description: 'The deployment from which the run was created; null if there is none.',
      resolve: ({ deploymentId }, _, context, info) => loadDeployment(deploymentId, context, info),
    }),
    parentTaskRunId: t.exposeID('parentTaskRunId', {
      nullable: true,
      description:
        'The id of the task run that represents this run in its parent flow run; null if the run is not a subflow.',
    }),
    parentTaskRun: t.field({
      extensions: planned({ one: 'parentTaskRun' }),
      type: TaskRunType,
      nullable: true,
      description: 'The task run that represents this run in its parent flow run; null if the run is not a subflow.',
      resolve: ({ parentTaskRunId }, _, context, info) => loadTaskRun(parentTaskRunId, context, info),
    }),
    parameters: t.field({
      extensions: planned({ column: 'parameters' }),
      type: 'JSONObject',
      description: 'The arguments of the flow.',
      resolve: (run) => wide(run.parameters),
    }),
    context: t.field({
      extensions: planned({ column: 'context' }),
      type: 'JSONObject',
      description: 'Arbitrary information about the run.',
      resolve: (run) => wide(run.context),
    }),
    jobVariables: t.field({
      extensions: planned({ column: 'jobVariables' }),
      type: 'JSONObject',
      description: 'Settings for the infrastructure of the run.',
      resolve: (run) => wide(run.jobVariables),
    }),
    policy: t.expose('policy', {
      type: FlowRunPolicyType,
      description: 'How the run is retried, and which of its pauses have occurred.',
    }),
    idempotencyKey: t.exposeString('idempotencyKey', {
      nullable: true,
      description: 'The idempotency key with which the run was created, unique in its flow; null if there is none.',
    }),
    infrastructurePid: t.exposeString('infrastructurePid', {
      nullable: true,
      description: 'The id of the run in its infrastructure; null if it is not known.',
    }),
    state: t.field({
      extensions: planned({ one: 'state' }),
      type: FlowRunStateType,
      nullable: true,
      description: SHARED_TEXTS.currentState,
      resolve: ({ stateId }, _, context, info) => loadFlowRunState(stateId, context, info),
    }),
    states: t.field({
      extensions: planned({ children: 'states' }),
      type: FlowRunStateConnection,
      description: 'The history of the run, oldest first. `last: 1` is the current state.',
      args: pageArguments(),
      resolve: ({ id }, page, { loaders }, info) =>
        loaders.flowRunStatesOf(id, { page: pageRequest(page), wide: asksForData(info) }),
    }),
    taskRuns: t.field({
      extensions: planned({ children: 'taskRuns' }),
      type: TaskRunConnection,
      description: 'The task runs of the flow run.',
      args: {
        filter: t.arg({ type: filterInputType('TaskRun'), description: filterText('task runs') }),
        sort: t.arg({ type: RunSortEnum, description: sortText('ID_DESC') }),
        ...pageArguments(),
      },
      resolve: ({ id }, { filter, sort, ...page }, { loaders }, info) =>
        loaders.taskRunsOf(id, {
          filter: toFilter('TaskRun', filter),
          sort: sort ?? 'ID_DESC',
          page: pageRequest(page),
          wide: asksForTaskInputs(info),
        }),
    }),
    logs: t.field({
      extensions: planned({ children: 'logs' }),
      type: LogConnection,
      description: 'The log lines of the flow run and of its task runs, in the order of their numbers.',
      args: {
        filter: t.arg({ type: filterInputType('Log'), description: filterText('log lines') }),
        ...pageArguments(),
      },
      resolve: ({ id }, { filter, ...page }, { loaders }) =>
        loaders.logsOf('flowRun', id, { filter: toFilter('Log', filter), page: pageRequest(page) }),
    }),
    inputs: t.field({
      type: FlowRunInputConnection,
      description: 'The inputs that were sent to the flow run, oldest first.',
      args: {
        prefix: t.arg.string({
          description: 'Only inputs whose keys start with this text. `%` and `_` are ordinary characters.',
        }),
        excludeKeys: t.arg.stringList({
          description: 'Leaves out inputs with these keys. At most 1,000 keys; more fail with LIMIT_EXCEEDED.',
        }),
        ...pageArguments(),
      },
      resolve: ({ id }, { first, after, last, before, ...filter }, { loaders }) =>
        loaders.flowRunInputsOf(id, { ...given(filter), page: pageRequest({ first, after, last, before }) }),
    }),
    input: t.field({
      type: FlowRunInputType,
      nullable: true,
      description: 'The input with this key; null if there is none.',
      args: { key: t.arg.string({ required: true, description: `The key of the input. ${LIMIT_TEXTS.inputKey}` }) },
      resolve: ({ id }, { key }, { loaders }) => loaders.flowRunInputOf(id, key),
    }),
  }),
});

builder.queryFields((t) => ({
  flowRun: t.field({
    extensions: planned({ byId: 'flowRun' }),
    type: FlowRunType,
    nullable: true,
    description: byIdText('flow run'),
    args: { id: t.arg.id({ required: true, description: 'The id of the flow run.' }) },
    resolve: (_, { id }, context, info) => loadFlowRun(id, context, info),
  }),
  flowRuns: t.field({
    extensions: planned({ list: 'flowRuns' }),
    type: FlowRunConnection,
    description: 'Lists flow runs.',
    args: {
      filter: t.arg({ type: filterInputType('FlowRun'), description: filterText('flow runs') }),
      sort: t.arg({ type: RunSortEnum, description: sortText('ID_DESC') }),
      ...pageArguments(),
    },
    resolve: (_, { filter, sort, ...page }, { loaders }, info) =>
      loaders.flowRuns({
        filter: toFilter('FlowRun', filter),
        sort: sort ?? 'ID_DESC',
        page: pageRequest(page),
        wide: asksForRunJson(info),
      }),
  }),
  flowRunCount: t.int({
    extensions: planned({ countOf: 'flowRuns' }),
    description: 'Returns the exact number of flow runs.',
    args: { filter: t.arg({ type: filterInputType('FlowRun'), description: filterText('flow runs') }) },
    resolve: (_, { filter }, { reads, viewer }) => flowRunCount(reads, viewer.tenantId, toFilter('FlowRun', filter)),
  }),
}));
