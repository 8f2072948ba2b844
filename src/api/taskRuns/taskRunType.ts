import { taskRunCount } from '../../store/taskRuns/taskRuns.ts';
import { builder } from '../building/builder.ts';
import { pageArguments, pageRequest } from '../building/connectionOf.ts';
import { RunSortEnum } from '../building/enums.ts';
import { NodeInterface } from '../building/nodeInterface.ts';
import {
  FlowRunType,
  LogConnection,
  TaskRunConnection,
  TaskRunStateConnection,
  TaskRunStateType,
  TaskRunType,
} from '../building/objectTypes.ts';
import { planned } from '../building/plannedField.ts';
import {
  asksForData,
  asksForTaskInputs,
  loadFlowRun,
  loadTaskRun,
  loadTaskRunState,
  wide,
} from '../building/selected.ts';
import { byIdText, filterText, SHARED_TEXTS, sortText } from '../building/sharedTexts.ts';
import { filterInputType } from '../filters/filterInputType.ts';
import { toFilter } from '../filters/toFilter.ts';
import { TaskRunPolicyType } from '../runs/policyTypes.ts';
import { RunInterface } from '../runs/runInterface.ts';

TaskRunType.implement({
  description: 'One step of a flow run, or a background task run without a flow run.',
  interfaces: [NodeInterface, RunInterface],
  fields: (t) => ({
    flowRunId: t.exposeID('flowRunId', {
      nullable: true,
      description: 'The id of the flow run; null for a background task run.',
    }),
    flowRun: t.field({
      extensions: planned({ one: 'flowRun' }),
      type: FlowRunType,
      nullable: true,
      description: 'The flow run; null for a background task run.',
      resolve: ({ flowRunId }, _, context, info) => loadFlowRun(flowRunId, context, info),
    }),
    taskKey: t.exposeString('taskKey', { description: SHARED_TEXTS.taskKey }),
    dynamicKey: t.exposeString('dynamicKey', {
      description: SHARED_TEXTS.dynamicKey,
    }),
    taskVersion: t.exposeString('taskVersion', {
      nullable: true,
      description: 'The version of the task, as sent by the client; null if there is none.',
    }),
    cacheKey: t.exposeString('cacheKey', {
      nullable: true,
      description: 'The key of the cached result, as sent by the client; null if there is none.',
    }),
    cacheExpiration: t.expose('cacheExpiration', {
      type: 'DateTime',
      nullable: true,
      description: 'When the cached result expires, as sent by the client; null if it does not.',
    }),
    policy: t.expose('policy', { type: TaskRunPolicyType, description: 'How the run is retried.' }),
    taskInputs: t.field({
      extensions: planned({ column: 'taskInputs' }),
      type: 'TaskInputs',
      description: SHARED_TEXTS.taskInputs,
      resolve: (run) => wide(run.taskInputs),
    }),
    flowRunRunCount: t.exposeInt('flowRunRunCount', {
      description: 'The `runCount` of the flow run when the task run last entered RUNNING.',
    }),
    state: t.field({
      extensions: planned({ one: 'state' }),
      type: TaskRunStateType,
      nullable: true,
      description: SHARED_TEXTS.currentState,
      resolve: ({ stateId }, _, context, info) => loadTaskRunState(stateId, context, info),
    }),
    states: t.field({
      extensions: planned({ children: 'states' }),
      type: TaskRunStateConnection,
      description: 'The history of the run, in the order in which it was written.',
      args: pageArguments(),
      resolve: ({ id }, page, { loaders }, info) =>
        loaders.taskRunStatesOf(id, { page: pageRequest(page), wide: asksForData(info) }),
    }),
    logs: t.field({
      extensions: planned({ children: 'logs' }),
      type: LogConnection,
      description: 'The log lines of the task run, in the order of their numbers.',
      args: {
        filter: t.arg({ type: filterInputType('Log'), description: filterText('log lines') }),
        ...pageArguments(),
      },
      resolve: ({ id }, { filter, ...page }, { loaders }) =>
        loaders.logsOf('taskRun', id, { filter: toFilter('Log', filter), page: pageRequest(page) }),
    }),
  }),
});

builder.queryFields((t) => ({
  taskRun: t.field({
    extensions: planned({ byId: 'taskRun' }),
    type: TaskRunType,
    nullable: true,
    description: byIdText('task run'),
    args: { id: t.arg.id({ required: true, description: 'The id of the task run.' }) },
    resolve: (_, { id }, context, info) => loadTaskRun(id, context, info),
  }),
  taskRuns: t.field({
    extensions: planned({ list: 'taskRuns' }),
    type: TaskRunConnection,
    description: 'Lists task runs.',
    args: {
      filter: t.arg({ type: filterInputType('TaskRun'), description: filterText('task runs') }),
      sort: t.arg({ type: RunSortEnum, description: sortText('ID_DESC') }),
      ...pageArguments(),
    },
    resolve: (_, { filter, sort, ...page }, { loaders }, info) =>
      loaders.taskRuns({
        filter: toFilter('TaskRun', filter),
        sort: sort ?? 'ID_DESC',
        page: pageRequest(page),
        wide: asksForTaskInputs(info),
      }),
  }),
  taskRunCount: t.int({
    extensions: planned({ countOf: 'taskRuns' }),
    description: 'Returns the exact number of task runs.',
    args: {
      filter: t.arg({ type: filterInputType('TaskRun'), description: filterText('task runs') }),
    },
    resolve: (_, { filter }, { reads, viewer }) => taskRunCount(reads, viewer.tenantId, toFilter('TaskRun', filter)),
  }),
}));
