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
      type: FlowType,
      nullable: true,
      description: 'The flow; null where it has been deleted since.',
      resolve: ({ flowId }, _, { loaders }) => loaders.flow.load(flowId),
    }),
    flowVersion: t.exposeString('flowVersion', { nullable: true, description: 'The version of the flow, as given.' }),
    deploymentId: t.exposeID('deploymentId', { nullable: true, description: 'The id of the deployment.' }),
    deployment: t.field({
      type: DeploymentType,
      nullable: true,
      description: 'The deployment that the run was made from; null where there is none.',
      resolve: ({ deploymentId }, _, context, info) => loadDeployment(deploymentId, context, info),
    }),
    parentTaskRunId: t.exposeID('parentTaskRunId', {
      nullable: true,
      description: 'The id of the task run that stands for this run in its parent.',
    }),
    parentTaskRun: t.field({
      type: TaskRunType,
      nullable: true,
      description: 'Of a subflow’s run: the task run that stands for it in its parent.',
      resolve: ({ parentTaskRunId }, _, context, info) => loadTaskRun(parentTaskRunId, context, info),
    }),
    parameters: t.field({
      type: 'JSONObject',
      description: 'The arguments of the flow.',
      resolve: (run) => wide(run.parameters),
    }),
    context: t.field({
      type: 'JSONObject',
      description: 'Free facts about the run.',
      resolve: (run) => wide(run.context),
    }),
    jobVariables: t.field({
      type: 'JSONObject',
      description: 'What the run asks of its infrastructure.',
      resolve: (run) => wide(run.jobVariables),
    }),
    policy: t.expose('policy', { type: FlowRunPolicyType, description: 'How the run is run again.' }),
    idempotencyKey: t.exposeString('idempotencyKey', {
      nullable: true,
      description: 'The key that the run was created with, unique in its flow.',
    }),
    infrastructurePid: t.exposeString('infrastructurePid', {
      nullable: true,
      description: 'What the run’s infrastructure calls it.',
    }),
    state: t.field({
      type: FlowRunStateType,
      nullable: true,
      description: 'The current state; null where it is so old that it is no longer kept.',
      resolve: ({ stateId }, _, context, info) => loadFlowRunState(stateId, context, info),
    }),
    states: t.field({
      type: FlowRunStateConnection,
      description: 'The history, oldest first; `last: 1` is the current state.',
      args: pageArguments(),
      resolve: ({ id }, page, { loaders }, info) =>
        loaders.flowRunStatesOf(id, { page: pageRequest(page), wide: asksForData(info) }),
    }),
    taskRuns: t.field({
      type: TaskRunConnection,
      description: 'The task runs of the run.',
      args: {
        filter: t.arg({ type: filterInputType('TaskRun'), description: 'Which task runs; all where it is left out.' }),
        sort: t.arg({ type: RunSortEnum, description: 'In which order; ID_DESC where it is left out.' }),
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
      type: LogConnection,
      description: 'The log lines of the run and of its task runs, in the order of their numbers.',
      args: {
        filter: t.arg({ type: filterInputType('Log'), description: 'Which lines; all where it is left out.' }),
        ...pageArguments(),
      },
      resolve: ({ id }, { filter, ...page }, { loaders }) =>
        loaders.logsOf('flowRun', id, { filter: toFilter('Log', filter), page: pageRequest(page) }),
    }),
    inputs: t.field({
      type: FlowRunInputConnection,
      description: 'What was sent to the run, in the order of sending.',
      args: {
        prefix: t.arg.string({ description: 'Only keys that begin so. `%` and `_` are ordinary characters.' }),
        excludeKeys: t.arg.stringList({ description: 'Without these keys. At most 1,000; more is LIMIT_EXCEEDED.' }),
        ...pageArguments(),
      },
      resolve: ({ id }, { first, after, last, before, ...filter }, { loaders }) =>
        loaders.flowRunInputsOf(id, { ...given(filter), page: pageRequest({ first, after, last, before }) }),
    }),
    input: t.field({
      type: FlowRunInputType,
      nullable: true,
      description: 'What was sent under a key; null where nothing was.',
      args: { key: t.arg.string({ required: true, description: `The key. ${LIMIT_TEXTS.inputKey}` }) },
      resolve: ({ id }, { key }, { loaders }) => loaders.flowRunInputOf(id, key),
    }),
  }),
});

builder.queryFields((t) => ({
  flowRun: t.field({
    type: FlowRunType,
    nullable: true,
    description: 'A flow run; null where there is none with this id.',
    args: { id: t.arg.id({ required: true, description: 'The id of the flow run.' }) },
    resolve: (_, { id }, context, info) => loadFlowRun(id, context, info),
  }),
  flowRuns: t.field({
    type: FlowRunConnection,
    description: 'Flow runs.',
    args: {
      filter: t.arg({ type: filterInputType('FlowRun'), description: 'Which runs; all where it is left out.' }),
      sort: t.arg({ type: RunSortEnum, description: 'In which order; ID_DESC where it is left out.' }),
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
    description: 'How many flow runs there are, exactly.',
    args: { filter: t.arg({ type: filterInputType('FlowRun'), description: 'Which runs; all where it is left out.' }) },
    resolve: (_, { filter }, { engine, viewer }) =>
      flowRunCount(engine.database, viewer.tenantId, toFilter('FlowRun', filter)),
  }),
}));
