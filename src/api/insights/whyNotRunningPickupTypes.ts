import type { SeenAgent, SlotHolder } from '../../core/insights/whyNotRunningReason.ts';
import { LIMITS } from '../../core/values/limits.ts';
import { builder } from '../building/builder.ts';
import { FlowRunType } from '../building/objectTypes.ts';
import { loadFlowRun } from '../building/selected.ts';
import { interfaces, reasonType } from './whyNotRunningReasonType.ts';

// Why a run that is due is not taken: by its place, by workers and agents, by limits.

const FEW_LABELS = `at most ${LIMITS.tags}`;
const POOL_ID = { description: 'The id of the work pool.' };
const POOL_NAME = { description: 'The name of the work pool.' };
const QUEUE_ID = { description: 'The id of the work queue.' };
const QUEUE_NAME = { description: 'The name of the work queue.' };

reasonType('NoWorkQueue').implement({
  description: 'The run is in no work queue, so that no worker takes it: whoever created it has to run it.',
  interfaces,
});

reasonType('WorkPoolPaused').implement({
  description: 'The work pool of the run is paused.',
  interfaces,
  fields: (t) => ({
    workPoolId: t.exposeID('workPoolId', POOL_ID),
    workPoolName: t.exposeString('workPoolName', POOL_NAME),
  }),
});

reasonType('WorkQueuePaused').implement({
  description: 'The work queue of the run is paused.',
  interfaces,
  fields: (t) => ({
    workPoolId: t.exposeID('workPoolId', POOL_ID),
    workPoolName: t.exposeString('workPoolName', POOL_NAME),
    workQueueId: t.exposeID('workQueueId', QUEUE_ID),
    workQueueName: t.exposeString('workQueueName', QUEUE_NAME),
  }),
});

reasonType('NoWorker').implement({
  description: 'No worker of the run’s work pool has sent a heartbeat within three of its intervals.',
  interfaces,
  fields: (t) => ({
    workPoolId: t.exposeID('workPoolId', POOL_ID),
    workPoolName: t.exposeString('workPoolName', POOL_NAME),
    lastHeartbeat: t.expose('lastHeartbeat', {
      type: 'DateTime',
      nullable: true,
      description: 'When one last did; null where there never was a worker.',
    }),
  }),
});

reasonType('QueueNotPolled').implement({
  description: 'The work pool has a worker, but none has asked for runs of the run’s queue within 60 s.',
  interfaces,
  fields: (t) => ({
    workPoolId: t.exposeID('workPoolId', POOL_ID),
    workPoolName: t.exposeString('workPoolName', POOL_NAME),
    workQueueId: t.exposeID('workQueueId', QUEUE_ID),
    workQueueName: t.exposeString('workQueueName', QUEUE_NAME),
    lastPolled: t.expose('lastPolled', {
      type: 'DateTime',
      nullable: true,
      description: 'When one last did; null where none ever has.',
    }),
  }),
});

const SeenAgentType = builder.objectRef<SeenAgent>('SeenAgent').implement({
  description:
    'A Prefect 1 agent that does not take a run: it lacks labels, has labels where the run has none, or is gone.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id of the agent.' }),
    name: t.exposeString('name', { nullable: true, description: 'Its name; null where it has none.' }),
    labels: t.exposeStringList('labels', { description: `Its labels; ${FEW_LABELS}.` }),
    missingLabels: t.exposeStringList('missingLabels', {
      description: `Labels of the run that it has not; ${FEW_LABELS}.`,
    }),
    lastQueried: t.expose('lastQueried', {
      type: 'DateTime',
      nullable: true,
      description: 'When it last asked for runs; null where it never has.',
    }),
  }),
});

reasonType('NoAgent').implement({
  description:
    'Of a Prefect 1 run: no registered agent that would take it has asked for runs within 60 s. An agent takes a run if ' +
    'it has all its labels; runs without labels are for agents without labels.',
  interfaces,
  fields: (t) => ({
    labels: t.exposeStringList('labels', { description: `The labels of the run; ${FEW_LABELS}.` }),
    agents: t.expose('agents', {
      type: [SeenAgentType],
      description: 'The agents that come nearest, those with the fewest missing labels first; at most 10.',
    }),
  }),
});

const SlotHolderType = builder.objectRef<SlotHolder>('SlotHolder').implement({
  description: 'Who holds a slot.',
  fields: (t) => ({
    flowRunId: t.exposeID('flowRunId', { description: 'The id of the flow run.' }),
    flowRun: t.field({
      type: FlowRunType,
      nullable: true,
      description: 'The flow run; null where it has been deleted meanwhile.',
      resolve: ({ flowRunId }, _, context, info) => loadFlowRun(flowRunId, context, info),
    }),
    since: t.expose('since', {
      type: 'DateTime',
      description: 'When it took the slot, or came into its present state.',
    }),
  }),
});

reasonType('NoFreeSlot').implement({
  description: 'All slots of a limit are taken: of the run’s deployment, of its work queue or of its work pool.',
  interfaces,
  fields: (t) => ({
    limitName: t.exposeString('limitName', { description: 'Whose limit it is, in words.' }),
    limit: t.exposeInt('limit', { description: 'How many slots there are.' }),
    taken: t.exposeInt('taken', { description: 'How many of them are taken.' }),
    holders: t.expose('holders', {
      type: [SlotHolderType],
      description: 'Who holds them, the longest holding first; at most 20.',
    }),
  }),
});
