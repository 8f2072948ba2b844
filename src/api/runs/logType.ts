import { MAX_LOG_LINES, writeLogs } from '../../actions/taskRuns/writeLogs.ts';
import { count } from '../../core/checks/checkText.ts';
import type { ProblemCode } from '../../core/values/problem.ts';
import { builder } from '../building/builder.ts';
import { pageArguments, pageRequest } from '../building/connectionOf.ts';
import { LogSortEnum, ProblemCodeEnum } from '../building/enums.ts';
import { given } from '../building/given.ts';
import { keyed } from '../building/keyed.ts';
import { LIMIT_TEXTS } from '../building/limitTexts.ts';
import { NodeInterface } from '../building/nodeInterface.ts';
import { FlowRunType, LogConnection, LogType, TaskRunType } from '../building/objectTypes.ts';
import { loadFlowRun, loadTaskRun } from '../building/selected.ts';
import { filterInputType } from '../filters/filterInputType.ts';
import { toFilter } from '../filters/toFilter.ts';

LogType.implement({
  description: 'A log line.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    number: t.exposeInt('number', {
      description:
        'Its number among the lines of its flow run (of its task run, where that has no flow run): 1, 2, 3, ... in the ' +
        'order in which they were stored.',
    }),
    timestamp: t.expose('timestamp', { type: 'DateTime', description: 'When it was written, as the client said.' }),
    level: t.exposeInt('level', {
      description: 'Python’s numbers: 10 debug, 20 info, 30 warning, 40 error, 50 critical.',
    }),
    name: t.exposeString('name', { description: 'The name of the logger.' }),
    message: t.exposeString('message', { description: 'The text.' }),
    flowRunId: t.exposeID('flowRunId', { nullable: true, description: 'The id of the flow run.' }),
    flowRun: t.field({
      type: FlowRunType,
      nullable: true,
      description: 'The flow run; null for a line of a task run of its own.',
      resolve: ({ flowRunId }, _, context, info) => loadFlowRun(flowRunId, context, info),
    }),
    taskRunId: t.exposeID('taskRunId', { nullable: true, description: 'The id of the task run.' }),
    taskRun: t.field({
      type: TaskRunType,
      nullable: true,
      description: 'The task run; null for a line of the flow run itself.',
      resolve: ({ taskRunId }, _, context, info) => loadTaskRun(taskRunId, context, info),
    }),
  }),
});

builder.queryField('logs', (t) =>
  t.field({
    type: LogConnection,
    description: 'Log lines of many runs. Those of one run are in `FlowRun.logs` and `TaskRun.logs`.',
    args: {
      filter: t.arg({ type: filterInputType('Log'), description: 'Which lines; all where it is left out.' }),
      sort: t.arg({ type: LogSortEnum, description: 'In which order; TIMESTAMP_ASC where it is left out.' }),
      ...pageArguments(),
    },
    resolve: (_, { filter, sort, ...page }, { loaders }) =>
      loaders.logs({ filter: toFilter('Log', filter), sort: sort ?? 'TIMESTAMP_ASC', page: pageRequest(page) }),
  }),
);

const LogInput = builder.inputType('LogInput', {
  description: 'A log line to store. It belongs to a flow run, to a task run, or to a task run and its flow run.',
  fields: (t) => ({
    flowRunId: t.id({ description: 'The id of the flow run; taken from the task run where it is left out.' }),
    taskRunId: t.id({ description: 'The id of the task run.' }),
    timestamp: t.field({ type: 'DateTime', description: 'When it was written; now where it is left out.' }),
    level: t.int({
      required: true,
      description: 'Python’s numbers: 10 debug, 20 info, 30 warning, 40 error, 50 critical. 0 to 32,767.',
    }),
    name: t.string({ required: true, description: `The name of the logger. ${LIMIT_TEXTS.text}` }),
    message: t.string({
      required: true,
      description: `The text; characters that cannot be stored, such as NUL, are taken out. ${LIMIT_TEXTS.message}`,
    }),
  }),
});

const WriteLogsInput = builder.inputType('WriteLogsInput', {
  description: 'Log lines to store.',
  fields: (t) => ({
    ...keyed(t),
    logs: t.field({
      type: [LogInput],
      required: true,
      description: `The lines, in their order. More than ${count(MAX_LOG_LINES)} are LIMIT_EXCEEDED, and none is stored.`,
    }),
  }),
});

export const RejectedType = builder
  .objectRef<{ index: number; code: ProblemCode; message: string }>('RejectedEntry')
  .implement({
    description: 'An entry of a batch that was left out; the others were stored.',
    fields: (t) => ({
      index: t.exposeInt('index', { description: 'Its place in the batch, from 0.' }),
      code: t.expose('code', { type: ProblemCodeEnum, description: 'Why, for programs.' }),
      message: t.exposeString('message', { description: 'Why, for people.' }),
    }),
  });

const WriteLogsPayload = builder.objectRef<Awaited<ReturnType<typeof writeLogs>>>('WriteLogsPayload').implement({
  description: 'What became of the lines.',
  fields: (t) => ({
    written: t.exposeInt('written', { description: 'How many were stored.' }),
    rejected: t.expose('rejected', { type: [RejectedType], description: 'Those that were not; at most all of them.' }),
  }),
});

builder.mutationField('writeLogs', (t) =>
  t.field({
    type: WriteLogsPayload,
    description: 'Stores log lines. A line that is refused is told of in the payload, and the others are kept.',
    args: { input: t.arg({ type: WriteLogsInput, required: true, description: 'The lines.' }) },
    resolve: (_, { input }, { engine, viewer }) =>
      writeLogs(engine, viewer, { ...given(input), logs: input.logs.map(given) }),
  }),
);
