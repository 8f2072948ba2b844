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
import {
  asksForData,
  asksForTaskInputs,
  loadFlowRun,
  loadTaskRun,
  loadTaskRunState,
  wide,
} from '../building/selected.ts';
import { filterInputType } from '../filters/filterInputType.ts';
import { toFilter } from '../filters/toFilter.ts';
import { TaskRunPolicyType } from '../runs/policyTypes.ts';
import { RunInterface } from '../runs/runInterface.ts';

TaskRunType.implement({
  description: 'One step of a flow run, or a background task of its own.',
  interfaces: [NodeInterface, RunInterface],
  fields: (t) => ({
    flowRunId: t.exposeID('flowRunId', { nullable: true, description: 'The id of the flow run.' }),
    flowRun: t.field({
      type: FlowRunType,
      nullable: true,
      description: 'The flow run; null for a background task of its own.',
      resolve: ({ flowRunId }, _, context, info) => loadFlowRun(flowRunId, context, info),
    }),
    taskKey: t.exposeString('taskKey', { description: 'Names the task.' }),
    dynamicKey: t.exposeString('dynamicKey', {
      description: 'Tells the runs of one task in one flow run apart.',
    }),
    taskVersion: t.exposeString('taskVersion', { nullable: true, description: 'The version of the task, as given.' }),
    cacheKey: t.exposeString('cacheKey', { nullable: true, description: 'The key for its cached result, as given.' }),
    cacheExpiration: t.expose('cacheExpiration', {
      type: 'DateTime',
      nullable: true,
      description: 'Until when the cached result may be used, as given.',
    }),
    policy: t.expose('policy', { type: TaskRunPolicyType, description: 'How the run is run again.' }),
    taskInputs: t.field({
      type: 'TaskInputs',
      description: 'Where its arguments came from.',
      resolve: (run) => wide(run.taskInputs),
    }),
    flowRunRunCount: t.exposeInt('flowRunRunCount', {
      description: 'The run count of the flow run when this task run last began to run.',
    }),
    state: t.field({
      type: TaskRunStateType,
      nullable: true,
      description: 'The current state; null where it is so old that it is no longer kept.',
      resolve: ({ stateId }, _, context, info) => loadTaskRunState(stateId, context, info),
    }),
    states: t.field({
      type: TaskRunStateConnection,
      description: 'The history, in the order in which it was written.',
      args: pageArguments(),
      resolve: ({ id }, page, { loaders }, info) =>
        loaders.taskRunStatesOf(id, { page: pageRequest(page), wide: asksForData(info) }),
    }),
    logs: t.field({
      type: LogConnection,
      description: 'The log lines of the task run, in the order of their numbers.',
      args: {
        filter: t.arg({ type: filterInputType('Log'), description: 'Which lines; all where it is left out.' }),
        ...pageArguments(),
      },
      resolve: ({ id }, { filter, ...page }, { loaders }) =>
        loaders.logsOf('taskRun', id, { filter: toFilter('Log', filter), page: pageRequest(page) }),
    }),
  }),
});

builder.queryFields((t) => ({
  taskRun: t.field({
    type: TaskRunType,
    nullable: true,
    description: 'A task run; null where there is none with this id.',
    args: { id: t.arg.id({ required: true, description: 'The id of the task run.' }) },
    resolve: (_, { id }, context, info) => loadTaskRun(id, context, info),
  }),
  taskRuns: t.field({
    type: TaskRunConnection,
    description: 'Task runs.',
    args: {
      filter: t.arg({ type: filterInputType('TaskRun'), description: 'Which task runs; all where it is left out.' }),
      sort: t.arg({ type: RunSortEnum, description: 'In which order; ID_DESC where it is left out.' }),
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
    description: 'How many task runs there are, exactly.',
    args: {
      filter: t.arg({ type: filterInputType('TaskRun'), description: 'Which task runs; all where it is left out.' }),
    },
    resolve: (_, { filter }, { engine, viewer }) =>
      taskRunCount(engine.database, viewer.tenantId, toFilter('TaskRun', filter)),
  }),
}));
