import type { Log } from '../../core/runs/run.ts';
import type { FlowRunState, TaskRunState } from '../../core/runs/state.ts';
import { Problem } from '../../core/values/problem.ts';
import type { StreamEvent, Topic } from '../../streams/streams.ts';
import { builder } from '../building/builder.ts';
import type { Context } from '../building/context.ts';
import { StreamStartEnum } from '../building/enums.ts';
import { FlowRunStateType, FlowRunType, LogType, TaskRunStateType, TaskRunType } from '../building/objectTypes.ts';
import { loadFlowRun, loadTaskRun } from '../building/selected.ts';
import { SHARED_TEXTS } from '../building/sharedTexts.ts';

const EventInterface = builder.interfaceRef<StreamEvent<unknown>>('StreamEvent').implement({
  description: 'An event of a subscription, and its position in the stream.',
  fields: (t) => ({
    cursor: t.exposeString('cursor', { description: SHARED_TEXTS.eventCursor }),
    position: t.exposeInt('position', {
      description:
        'The position of the event in the stream, which only increases. The description of the subscription says ' +
        'what it counts.',
    }),
    skipped: t.exposeInt('skipped', {
      description:
        'How many events directly before this one could not be delivered because their rows were deleted; usually 0.',
    }),
  }),
});

const FlowRunStateEvent = builder.objectRef<StreamEvent<FlowRunState>>('FlowRunStateEvent').implement({
  description: 'A flow run entered a state.',
  interfaces: [EventInterface],
  fields: (t) => ({
    state: t.field({ type: FlowRunStateType, description: 'The state.', resolve: ({ row }) => row }),
    flowRun: t.field({
      type: FlowRunType,
      nullable: true,
      description: 'The flow run as it is now, possibly in a later state; null if it has since been deleted.',
      resolve: ({ row }, _, context, info) => loadFlowRun(row.flowRunId, context, info),
    }),
  }),
});

const TaskRunStateEvent = builder.objectRef<StreamEvent<TaskRunState>>('TaskRunStateEvent').implement({
  description: 'A task run entered a state.',
  interfaces: [EventInterface],
  fields: (t) => ({
    state: t.field({ type: TaskRunStateType, description: 'The state.', resolve: ({ row }) => row }),
    taskRun: t.field({
      type: TaskRunType,
      nullable: true,
      description: 'The task run as it is now, possibly in a later state; null if it has since been deleted.',
      resolve: ({ row }, _, context, info) => loadTaskRun(row.taskRunId, context, info),
    }),
  }),
});

const LogEvent = builder.objectRef<StreamEvent<Log>>('LogEvent').implement({
  description: 'A log line was stored.',
  interfaces: [EventInterface],
  fields: (t) => ({ log: t.field({ type: LogType, description: 'The log line.', resolve: ({ row }) => row }) }),
});

const startArguments = () =>
  builder.args((t) => ({
    after: t.string({
      description: 'The cursor of the last received event. A cursor of another stream fails with INVALID_CURSOR.',
    }),
    from: t.field({
      type: StreamStartEnum,
      description: 'The start of the stream if `after` is not set. Defaults to BEGINNING.',
    }),
  }));

interface Start {
  after?: string | null | undefined;
  from?: 'BEGINNING' | 'NOW' | null | undefined;
}

// The iterator returns the same event objects to all subscribers of a run. The server relies on that: it executes a
// document once for each event, for any number of sockets.
async function followFlowRun<Name extends FlowRunStream>(name: Name, id: string, start: Start, context: Context) {
  if (!(await context.loaders.leanFlowRun.load(id))) throw new Problem('NOT_FOUND', `Flow run with id ${id} not found`);
  return follow(`${name}:${id}`, start, context);
}

async function followTaskRun<Name extends TaskRunStream>(name: Name, id: string, start: Start, context: Context) {
  if (!(await context.loaders.leanTaskRun.load(id))) throw new Problem('NOT_FOUND', `Task run with id ${id} not found`);
  return follow(`${name}:${id}`, start, context);
}

type FlowRunStream = 'flowRunStates' | 'flowRunTaskRunStates' | 'flowRunLogs';
type TaskRunStream = 'taskRunStates' | 'taskRunLogs';

const follow = <Name extends FlowRunStream | TaskRunStream>(
  topic: Topic<Name>,
  { after = null, from }: Start,
  { engine, resumeAfter }: Context,
) => engine.streams.follow(topic, { after: resumeAfter ?? after, fromNow: from === 'NOW' });

interface OneRun {
  flowRunId?: string | null | undefined;
  taskRunId?: string | null | undefined;
}

/** Follows the flow run or the task run. Throws BAD_USER_INPUT unless exactly one id is set. */
function followEither<FlowRuns extends FlowRunStream, TaskRuns extends TaskRunStream>(
  streams: { flowRun: FlowRuns; taskRun: TaskRuns },
  { flowRunId, taskRunId, ...start }: OneRun & Start,
  context: Context,
) {
  if (flowRunId && !taskRunId) return followFlowRun(streams.flowRun, flowRunId, start, context);
  if (taskRunId && !flowRunId) return followTaskRun(streams.taskRun, taskRunId, start, context);
  throw new Problem('BAD_USER_INPUT', 'Exactly one of `flowRunId` and `taskRunId` must be set.');
}

const ENDS = 'Fails with NOT_FOUND if there is no such run; ends when the run is deleted.';
const ONE_ID = 'Exactly one of `flowRunId` and `taskRunId` must be set.';

builder.subscriptionFields((t) => ({
  flowRunStates: t.field({
    type: FlowRunStateEvent,
    description:
      'Streams the states of a flow run: stored states first, then each new one, in order and exactly once. ' +
      `\`position\` is the version of the state. ${ENDS}`,
    args: {
      flowRunId: t.arg.id({ required: true, description: 'The id of the flow run.' }),
      ...startArguments(),
    },
    subscribe: (_, { flowRunId, ...start }, context) => followFlowRun('flowRunStates', flowRunId, start, context),
    resolve: (event) => event,
  }),
  taskRunStates: t.field({
    type: TaskRunStateEvent,
    description:
      'Streams the states of a task run, or of all task runs of a flow run: stored states first, then each new one, ' +
      'in the order in which they were written and exactly once. `position` is the version of the state; for a flow ' +
      `run, its number among the states of all task runs of the flow run. ${ENDS}`,
    args: {
      flowRunId: t.arg.id({ description: `The id of the flow run. ${ONE_ID}` }),
      taskRunId: t.arg.id({ description: `The id of the task run. ${ONE_ID}` }),
      ...startArguments(),
    },
    subscribe: (_, input, context) =>
      followEither({ flowRun: 'flowRunTaskRunStates', taskRun: 'taskRunStates' }, input, context),
    resolve: (event) => event,
  }),
  logs: t.field({
    type: LogEvent,
    description:
      'Streams the log lines of a flow run and its task runs, or of one task run: stored lines first, then each new ' +
      `one, in the order of their numbers and exactly once. \`position\` is the number of the line. ${ENDS}`,
    args: {
      flowRunId: t.arg.id({ description: `The id of the flow run. ${ONE_ID}` }),
      taskRunId: t.arg.id({ description: `The id of the task run. ${ONE_ID}` }),
      ...startArguments(),
    },
    subscribe: (_, input, context) => followEither({ flowRun: 'flowRunLogs', taskRun: 'taskRunLogs' }, input, context),
    resolve: (event) => event,
  }),
}));
