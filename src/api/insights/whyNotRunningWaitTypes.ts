import { MAX_INPUT_KEYS, whyNotRunning } from '../../core/insights/whyNotRunning.ts';
import { isFinal } from '../../core/runs/state.ts';
import { builder } from '../building/builder.ts';
import { FlowRunType, TaskRunType } from '../building/objectTypes.ts';
import { loadTaskRun } from '../building/selected.ts';
import { SHARED_TEXTS } from '../building/sharedTexts.ts';
import { interfaces, reasonType, WhyNotRunningReasonInterface } from './whyNotRunningReasonType.ts';
import './whyNotRunningPickupTypes.ts';

// Why a run is not running although no worker has to take it: it is not due, was taken, is paused or is cancelling.

reasonType('ScheduledInFuture').implement({
  description: 'The run is scheduled for a later time.',
  interfaces,
  fields: (t) => ({
    scheduledTime: t.expose('scheduledTime', { type: 'DateTime', description: 'When the run is due.' }),
    seconds: t.exposeFloat('seconds', { description: 'Seconds until the run is due.' }),
  }),
});

reasonType('AwaitingRetry').implement({
  description: 'The run failed and waits for its retry.',
  interfaces,
  fields: (t) => ({
    scheduledTime: t.expose('scheduledTime', { type: 'DateTime', description: 'When the retry is due.' }),
    seconds: t.exposeFloat('seconds', { description: 'Seconds until the retry is due.' }),
    runCount: t.exposeInt('runCount', { description: SHARED_TEXTS.runCount }),
  }),
});

reasonType('LateRun').implement({
  description:
    'The run is due, but no worker or agent has taken it, or its own process has not started the retry. Always last ' +
    'in the list, after the reasons that may explain it.',
  interfaces,
  fields: (t) => ({
    scheduledTime: t.expose('scheduledTime', { type: 'DateTime', description: 'When the run was due.' }),
    seconds: t.exposeFloat('seconds', { description: 'Seconds since the run was due.' }),
  }),
});

reasonType('PendingRun').implement({
  description: 'A worker or agent has taken the run, but its process has not reported yet that it is running.',
  interfaces,
  fields: (t) => ({ seconds: t.exposeFloat('seconds', { description: 'Seconds since the run entered PENDING.' }) }),
});

reasonType('PausedRun').implement({
  description: 'The run is paused until a client resumes it.',
  interfaces,
  fields: (t) => ({
    pauseTimeout: t.expose('pauseTimeout', {
      type: 'DateTime',
      nullable: true,
      description: 'When the run fails unless it is resumed before; null if it can wait indefinitely.',
    }),
    pauseKey: t.exposeString('pauseKey', {
      nullable: true,
      description: 'The key of the pause; null if it has none.',
    }),
    suspended: t.exposeBoolean('suspended', {
      description: 'Whether the process of the run has exited. Resuming then schedules the run again.',
    }),
  }),
});

reasonType('WaitingForInput').implement({
  description: 'The run is paused until it receives input.',
  interfaces,
  fields: (t) => ({
    schemaKey: t.exposeString('schemaKey', {
      nullable: true,
      description:
        'The key of the flow run input that contains the JSON Schema of the expected input; null if there is none.',
    }),
    keys: t.exposeStringList('keys', { description: `The properties of that schema; at most ${MAX_INPUT_KEYS}.` }),
    requiredKeys: t.exposeStringList('requiredKeys', {
      description: `The required properties of that schema; at most ${MAX_INPUT_KEYS}.`,
    }),
  }),
});

reasonType('CancellingRun').implement({
  description: 'Cancellation was requested, but the infrastructure has not reported yet that the run stopped.',
  interfaces,
  fields: (t) => ({ seconds: t.exposeFloat('seconds', { description: 'Seconds since the run entered CANCELLING.' }) }),
});

reasonType('TaskRunsStillRunning').implement({
  description: 'The run is cancelling, and some of its task runs have not ended.',
  interfaces,
  fields: (t) => ({
    count: t.exposeInt('count', { description: 'How many task runs have not ended.' }),
    taskRunIds: t.exposeIDList('taskRunIds', { description: 'The ids of the first of these task runs; at most 10.' }),
    taskRuns: t.field({
      type: t.listRef(TaskRunType, { nullable: true }),
      description: 'The task runs in `taskRunIds`, at most 10; null for a task run that has since been deleted.',
      extensions: { rows: 10 },
      resolve: ({ taskRunIds }, _, context, info) =>
        Promise.all(taskRunIds.map((id) => loadTaskRun(id, context, info))),
    }),
  }),
});

builder.objectField(FlowRunType, 'whyNotRunning', (t) =>
  t.field({
    type: [WhyNotRunningReasonInterface],
    nullable: true,
    extensions: { rows: 8 },
    description:
      'Why the run is not running: the reasons, most likely first; null if the run is running or has ended. A run ' +
      'can have several reasons at the same time, at most 8. The server reads the details only if the field is ' +
      'selected, with a few statements for a whole page of runs.',
    resolve: async ({ id, stateType }, _, { loaders, now }) => {
      if (stateType === 'RUNNING' || isFinal(stateType)) return null;
      const facts = await loaders.whyNotRunningFacts.load(id);
      return facts && whyNotRunning(facts, now());
    },
  }),
);
