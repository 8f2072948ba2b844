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
import { planned } from '../building/plannedField.ts';
import { loadFlowRun, loadTaskRun } from '../building/selected.ts';
import { filterText, SHARED_TEXTS, sortText } from '../building/sharedTexts.ts';
import { filterInputType } from '../filters/filterInputType.ts';
import { toFilter } from '../filters/toFilter.ts';

LogType.implement({
  description: 'A log line.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    number: t.exposeInt('number', {
      description:
        'The number of the line among the lines of its flow run, or of its task run if that has no flow run: 1, 2, ' +
        '3, ... in the order in which the lines were stored.',
    }),
    timestamp: t.expose('timestamp', {
      type: 'DateTime',
      description: 'When the line was written, as sent by the client.',
    }),
    level: t.exposeInt('level', {
      description: SHARED_TEXTS.logLevel,
    }),
    name: t.exposeString('name', { description: 'The name of the logger.' }),
    message: t.exposeString('message', { description: 'The text of the line.' }),
    flowRunId: t.exposeID('flowRunId', {
      nullable: true,
      description: 'The id of the flow run; null for a line of a task run without a flow run.',
    }),
    flowRun: t.field({
      extensions: planned({ one: 'flowRun' }),
      type: FlowRunType,
      nullable: true,
      description: 'The flow run; null for a line of a task run without a flow run.',
      resolve: ({ flowRunId }, _, context, info) => loadFlowRun(flowRunId, context, info),
    }),
    taskRunId: t.exposeID('taskRunId', {
      nullable: true,
      description: 'The id of the task run; null for a line of the flow run itself.',
    }),
    taskRun: t.field({
      extensions: planned({ one: 'taskRun' }),
      type: TaskRunType,
      nullable: true,
      description: 'The task run; null for a line of the flow run itself.',
      resolve: ({ taskRunId }, _, context, info) => loadTaskRun(taskRunId, context, info),
    }),
  }),
});

builder.queryField('logs', (t) =>
  t.field({
    extensions: planned({ list: 'logs' }),
    type: LogConnection,
    description: 'Lists the log lines of many runs. For the lines of one run, use `FlowRun.logs` or `TaskRun.logs`.',
    args: {
      filter: t.arg({ type: filterInputType('Log'), description: filterText('log lines') }),
      sort: t.arg({ type: LogSortEnum, description: sortText('TIMESTAMP_ASC') }),
      ...pageArguments(),
    },
    resolve: (_, { filter, sort, ...page }, { loaders }) =>
      loaders.logs({ filter: toFilter('Log', filter), sort: sort ?? 'TIMESTAMP_ASC', page: pageRequest(page) }),
  }),
);

const LogInput = builder.inputType('LogInput', {
  description: 'A log line to store. It belongs to a flow run, to a task run, or to both.',
  fields: (t) => ({
    flowRunId: t.id({ description: 'The id of the flow run. Defaults to the flow run of the task run.' }),
    taskRunId: t.id({
      description: 'The id of the task run. If `flowRunId` is set too, the task run must belong to that flow run.',
    }),
    timestamp: t.field({ type: 'DateTime', description: 'When the line was written. Defaults to now.' }),
    level: t.int({
      required: true,
      description: `${SHARED_TEXTS.logLevel} 0 to 32,767.`,
    }),
    name: t.string({ required: true, description: `The name of the logger; not empty. ${LIMIT_TEXTS.cutName}` }),
    message: t.string({
      required: true,
      description: `The text of the line. Unstorable characters, such as NUL, are removed. ${LIMIT_TEXTS.cutMessage}`,
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
      description:
        `The lines, in order. More than ${count(MAX_LOG_LINES)} lines fail with LIMIT_EXCEEDED, and none ` +
        'is stored.',
    }),
  }),
});

export const RejectedType = builder
  .objectRef<{ index: number; code: ProblemCode; message: string }>('RejectedEntry')
  .implement({
    description: 'An entry of a batch that was rejected. The other entries were stored.',
    fields: (t) => ({
      index: t.exposeInt('index', { description: 'The position of the entry in the batch, starting at 0.' }),
      code: t.expose('code', { type: ProblemCodeEnum, description: 'The error code.' }),
      message: t.exposeString('message', { description: 'An explanation of the rejection.' }),
    }),
  });

const WriteLogsPayload = builder.objectRef<Awaited<ReturnType<typeof writeLogs>>>('WriteLogsPayload').implement({
  description: 'The result of storing the lines.',
  fields: (t) => ({
    written: t.exposeInt('written', { description: 'How many lines were stored.' }),
    rejected: t.expose('rejected', { type: [RejectedType], description: SHARED_TEXTS.rejected }),
  }),
});

builder.mutationField('writeLogs', (t) =>
  t.field({
    type: WriteLogsPayload,
    description: 'Stores log lines. Rejected lines are listed in the payload; the rest are stored.',
    args: { input: t.arg({ type: WriteLogsInput, required: true, description: 'The lines to store.' }) },
    resolve: (_, { input }, { engine, viewer }) => writeLogs(engine, viewer, given(input)),
  }),
);
