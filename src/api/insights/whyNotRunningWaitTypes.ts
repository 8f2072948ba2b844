import { MAX_INPUT_KEYS, whyNotRunning } from '../../core/insights/whyNotRunning.ts';
import { isFinal } from '../../core/runs/state.ts';
import { builder } from '../building/builder.ts';
import { FlowRunType, TaskRunType } from '../building/objectTypes.ts';
import { loadTaskRun } from '../building/selected.ts';
import { interfaces, reasonType, WhyNotRunningReasonInterface } from './whyNotRunningReasonType.ts';
import './whyNotRunningPickupTypes.ts';

// Why a run does not run that is not due, was taken, is paused or is to end.

reasonType('ScheduledInFuture').implement({
  description: 'The time of the run has not come.',
  interfaces,
  fields: (t) => ({
    scheduledTime: t.expose('scheduledTime', { type: 'DateTime', description: 'When it is due.' }),
    seconds: t.exposeFloat('seconds', { description: 'Seconds until then.' }),
  }),
});

reasonType('AwaitingRetry').implement({
  description: 'The run failed, and the time to run it again has not come.',
  interfaces,
  fields: (t) => ({
    scheduledTime: t.expose('scheduledTime', { type: 'DateTime', description: 'When it is run again.' }),
    seconds: t.exposeFloat('seconds', { description: 'Seconds until then.' }),
    runCount: t.exposeInt('runCount', { description: 'How often it has been run.' }),
  }),
});

reasonType('LateRun').implement({
  description: 'The run is due, and nobody has taken it. Stands last, behind what may be the reason.',
  interfaces,
  fields: (t) => ({
    scheduledTime: t.expose('scheduledTime', { type: 'DateTime', description: 'When it was due.' }),
    seconds: t.exposeFloat('seconds', { description: 'Seconds since then.' }),
  }),
});

reasonType('PendingRun').implement({
  description: 'Somebody has taken the run, and its process has not said yet that it runs.',
  interfaces,
  fields: (t) => ({ seconds: t.exposeFloat('seconds', { description: 'Seconds that it has been pending.' }) }),
});

reasonType('PausedRun').implement({
  description: 'The run is paused until somebody resumes it.',
  interfaces,
  fields: (t) => ({
    pauseTimeout: t.expose('pauseTimeout', {
      type: 'DateTime',
      nullable: true,
      description: 'When it fails unless it is resumed before; null where it waits for ever.',
    }),
    pauseKey: t.exposeString('pauseKey', {
      nullable: true,
      description: 'Which pause of the flow it is, if it says so.',
    }),
    suspended: t.exposeBoolean('suspended', {
      description: 'Whether its process has ended; resuming then schedules the run again.',
    }),
  }),
});

reasonType('WaitingForInput').implement({
  description: 'The run is paused until it gets input.',
  interfaces,
  fields: (t) => ({
    schemaKey: t.exposeString('schemaKey', {
      nullable: true,
      description: 'The key of the input that holds the JSON Schema of what is awaited.',
    }),
    keys: t.exposeStringList('keys', { description: `The properties of that schema; at most ${MAX_INPUT_KEYS}.` }),
    requiredKeys: t.exposeStringList('requiredKeys', {
      description: `Those of them that must be there; at most ${MAX_INPUT_KEYS}.`,
    }),
  }),
});

reasonType('CancellingRun').implement({
  description: 'The run was asked to stop, and its infrastructure has not said yet that it did.',
  interfaces,
  fields: (t) => ({ seconds: t.exposeFloat('seconds', { description: 'Seconds that it has been cancelling.' }) }),
});

reasonType('TaskRunsStillRunning').implement({
  description: 'Task runs of a run that is cancelling have not ended.',
  interfaces,
  fields: (t) => ({
    count: t.exposeInt('count', { description: 'How many.' }),
    taskRunIds: t.exposeIDList('taskRunIds', { description: 'The ids of some of them; at most 10.' }),
    taskRuns: t.field({
      type: t.listRef(TaskRunType, { nullable: true }),
      description: 'These task runs, at most 10; null for one that has been deleted meanwhile.',
      resolve: ({ taskRunIds }, _, context, info) =>
        Promise.all(taskRunIds.map((id) => loadTaskRun(id, context, info))),
    }),
  }),
});

builder.objectField(FlowRunType, 'whyNotRunning', (t) =>
  t.field({
    type: [WhyNotRunningReasonInterface],
    nullable: true,
    description:
      'Why the run does not run, the most likely reason first; null where it runs or has ended. It may wait for several ' +
      'things at once, at most 8. The facts are read when this is asked for: a few statements for a page of runs.',
    resolve: async ({ id, stateType }, _, { loaders, now }) => {
      if (stateType === 'RUNNING' || isFinal(stateType)) return null;
      const facts = await loaders.whyNotRunningFacts.load(id);
      return facts && whyNotRunning(facts, now());
    },
  }),
);
