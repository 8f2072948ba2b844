import type { Log } from '../../core/runs/run.ts';
import type { FlowRunState, TaskRunState } from '../../core/runs/state.ts';
import { Problem } from '../../core/values/problem.ts';
import type { StreamEvent, Topic } from '../../streams/streams.ts';
import { builder } from '../building/builder.ts';
import type { Context } from '../building/context.ts';
import { StreamStartEnum } from '../building/enums.ts';
import { FlowRunStateType, FlowRunType, LogType, TaskRunStateType, TaskRunType } from '../building/objectTypes.ts';
import { loadFlowRun, loadTaskRun } from '../building/selected.ts';

const EventInterface = builder.interfaceRef<StreamEvent<unknown>>('StreamEvent').implement({
  description: 'An event of a subscription, and its place in the stream.',
  fields: (t) => ({
    cursor: t.exposeString('cursor', { description: 'Sent as `after`, it resumes the stream behind this event.' }),
    position: t.exposeInt('position', { description: 'What is counted is said at the subscription; it only grows.' }),
    skipped: t.exposeInt('skipped', {
      description: 'How many events just before this one could not be delivered, for their rows are gone; mostly 0.',
    }),
  }),
});

const FlowRunStateEvent = builder.objectRef<StreamEvent<FlowRunState>>('FlowRunStateEvent').implement({
  description: 'A flow run has entered a state.',
  interfaces: [EventInterface],
  fields: (t) => ({
    state: t.field({ type: FlowRunStateType, description: 'The state.', resolve: ({ row }) => row }),
    flowRun: t.field({
      type: FlowRunType,
      nullable: true,
      description: 'The flow run as it is now, which may be further on; null where it has been deleted since.',
      resolve: ({ row }, _, context, info) => loadFlowRun(row.flowRunId, context, info),
    }),
  }),
});

const TaskRunStateEvent = builder.objectRef<StreamEvent<TaskRunState>>('TaskRunStateEvent').implement({
  description: 'A task run has entered a state.',
  interfaces: [EventInterface],
  fields: (t) => ({
    state: t.field({ type: TaskRunStateType, description: 'The state.', resolve: ({ row }) => row }),
    taskRun: t.field({
      type: TaskRunType,
      nullable: true,
      description: 'The task run as it is now, which may be further on; null where it has been deleted since.',
      resolve: ({ row }, _, context, info) => loadTaskRun(row.taskRunId, context, info),
    }),
  }),
});

const LogEvent = builder.objectRef<StreamEvent<Log>>('LogEvent').implement({
  description: 'A log line was stored.',
  interfaces: [EventInterface],
  fields: (t) => ({ log: t.field({ type: LogType, description: 'The line.', resolve: ({ row }) => row }) }),
});

const startArguments = () =>
  builder.args((t) => ({
    after: t.string({
      description: 'The cursor of the last event that was received; one of another stream is INVALID_CURSOR.',
    }),
    from: t.field({
      type: StreamStartEnum,
      description: 'Where to begin where no cursor is given; BEGINNING where it is left out.',
    }),
  }));

interface Start {
  after?: string | null | undefined;
  from?: 'BEGINNING' | 'NOW' | null | undefined;
}

// The iterator gives out the events themselves, the same objects to all who watch a run: the edge counts on that to
// execute a document once for each event, however many sockets it goes to.
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
  { engine }: Context,
) => engine.streams.follow(topic, { after, fromNow: from === 'NOW' });

interface OneRun {
  flowRunId?: string | null | undefined;
  taskRunId?: string | null | undefined;
}

/** Follows the one run that is named. */
function followEither<FlowRuns extends FlowRunStream, TaskRuns extends TaskRunStream>(
  streams: { flowRun: FlowRuns; taskRun: TaskRuns },
  { flowRunId, taskRunId, ...start }: OneRun & Start,
  context: Context,
) {
  if (flowRunId && !taskRunId) return followFlowRun(streams.flowRun, flowRunId, start, context);
  if (taskRunId && !flowRunId) return followTaskRun(streams.taskRun, taskRunId, start, context);
  throw new Problem('BAD_USER_INPUT', 'Give either `flowRunId` or `taskRunId`.');
}

builder.subscriptionFields((t) => ({
  flowRunStates: t.field({
    type: FlowRunStateEvent,
    description:
      'The states of a flow run: those that are stored, then each new one, in order and once. `position` is the version. ' +
      'NOT_FOUND where there is no such run; ends when the run is deleted.',
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
      'The states of a task run, or of all task runs of a flow run: those that are stored, then each new one, in the ' +
      'order in which they were written and once. `position` is the version, or the number among the states of all task ' +
      'runs of the flow run. NOT_FOUND where there is no such run; ends when the run is deleted.',
    args: {
      flowRunId: t.arg.id({ description: 'The id of the flow run; exactly one of the two ids.' }),
      taskRunId: t.arg.id({ description: 'The id of the task run; exactly one of the two ids.' }),
      ...startArguments(),
    },
    subscribe: (_, input, context) =>
      followEither({ flowRun: 'flowRunTaskRunStates', taskRun: 'taskRunStates' }, input, context),
    resolve: (event) => event,
  }),
  logs: t.field({
    type: LogEvent,
    description:
      'The log lines of a flow run with all its task runs, or of a task run: those that are stored, then each new one, in ' +
      'the order of their numbers and once. `position` is the number. NOT_FOUND where there is no such run; ends when ' +
      'the run is deleted.',
    args: {
      flowRunId: t.arg.id({ description: 'The id of the flow run; exactly one of the two ids.' }),
      taskRunId: t.arg.id({ description: 'The id of the task run; exactly one of the two ids.' }),
      ...startArguments(),
    },
    subscribe: (_, input, context) => followEither({ flowRun: 'flowRunLogs', taskRun: 'taskRunLogs' }, input, context),
    resolve: (event) => event,
  }),
}));
