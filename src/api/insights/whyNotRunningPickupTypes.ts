import type { SeenAgent, SlotHolder } from '../../core/insights/whyNotRunningReason.ts';
import { LIMITS } from '../../core/values/limits.ts';
import { builder } from '../building/builder.ts';
import { FlowRunType } from '../building/objectTypes.ts';
import { loadFlowRun } from '../building/selected.ts';
import { relatedText, SHARED_TEXTS } from '../building/sharedTexts.ts';
import { interfaces, reasonType } from './whyNotRunningReasonType.ts';

// Why a run is not running although it is due: reasons in its work queue, its workers or agents, and its limits.

const FEW_LABELS = `at most ${LIMITS.tags}`;
const POOL_ID = { description: 'The id of the work pool.' };
const POOL_NAME = { description: 'The name of the work pool.' };
const QUEUE_ID = { description: 'The id of the work queue.' };
const QUEUE_NAME = { description: 'The name of the work queue.' };

reasonType('DeploymentDeleted').implement({
  description:
    'The deployment of the run was deleted. No worker receives the run, and the run cannot become PENDING. Cancel or ' +
    'delete it.',
  interfaces,
  fields: (t) => ({
    deploymentId: t.exposeID('deploymentId', { description: 'The id of the deleted deployment.' }),
  }),
});

reasonType('NoWorkQueue').implement({
  description: 'The run is in no work queue, so no worker takes it. The client that created the run must execute it.',
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
  description: 'No worker of the run’s work pool has sent a heartbeat within three heartbeat intervals.',
  interfaces,
  fields: (t) => ({
    workPoolId: t.exposeID('workPoolId', POOL_ID),
    workPoolName: t.exposeString('workPoolName', POOL_NAME),
    lastHeartbeat: t.expose('lastHeartbeat', {
      type: 'DateTime',
      nullable: true,
      description: 'When a worker of the pool last sent a heartbeat; null if the pool has no workers.',
    }),
  }),
});

reasonType('QueueNotPolled').implement({
  description: 'The work pool has a worker, but no worker has polled the run’s work queue within the last 60 seconds.',
  interfaces,
  fields: (t) => ({
    workPoolId: t.exposeID('workPoolId', POOL_ID),
    workPoolName: t.exposeString('workPoolName', POOL_NAME),
    workQueueId: t.exposeID('workQueueId', QUEUE_ID),
    workQueueName: t.exposeString('workQueueName', QUEUE_NAME),
    lastPolled: t.expose('lastPolled', {
      type: 'DateTime',
      nullable: true,
      description: SHARED_TEXTS.lastPolled,
    }),
  }),
});

const SeenAgentType = builder.objectRef<SeenAgent>('SeenAgent').implement({
  description:
    'A Prefect 1 agent that does not take a run. It lacks labels of the run, has labels although the run has none, ' +
    'or has stopped polling.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id of the agent.' }),
    name: t.exposeString('name', { nullable: true, description: 'The name of the agent; null if it has none.' }),
    labels: t.exposeStringList('labels', { description: `The labels of the agent; ${FEW_LABELS}.` }),
    missingLabels: t.exposeStringList('missingLabels', {
      description: `Labels of the run that the agent does not have; ${FEW_LABELS}.`,
    }),
    lastQueried: t.expose('lastQueried', {
      type: 'DateTime',
      nullable: true,
      description: 'When the agent last polled for runs; null if it never has.',
    }),
  }),
});

reasonType('NoAgent').implement({
  description:
    'For a Prefect 1 run: no registered agent that would take it has polled for runs within the last 60 seconds. An ' +
    'agent takes a run if it has all labels of the run. A run without labels is taken only by agents without ' +
    'labels.',
  interfaces,
  fields: (t) => ({
    labels: t.exposeStringList('labels', { description: `The labels of the run; ${FEW_LABELS}.` }),
    agents: t.expose('agents', {
      type: [SeenAgentType],
      description: 'The agents that match best, those with the fewest missing labels first; at most 10.',
    }),
  }),
});

const SlotHolderType = builder.objectRef<SlotHolder>('SlotHolder').implement({
  description: 'A flow run that holds a slot.',
  fields: (t) => ({
    flowRunId: t.exposeID('flowRunId', { description: 'The id of the flow run.' }),
    flowRun: t.field({
      type: FlowRunType,
      nullable: true,
      description: relatedText('flow run'),
      resolve: ({ flowRunId }, _, context, info) => loadFlowRun(flowRunId, context, info),
    }),
    since: t.expose('since', {
      type: 'DateTime',
      description:
        'When the flow run took the slot. For the limit of a work queue or work pool, when it entered its current ' +
        'state.',
    }),
  }),
});

reasonType('NoFreeSlot').implement({
  description: 'All slots of a limit are taken: the limit of the run’s deployment, work queue or work pool.',
  interfaces,
  fields: (t) => ({
    limitName: t.exposeString('limitName', {
      description: 'What the limit belongs to, as text: `the deployment “etl”`.',
    }),
    limit: t.exposeInt('limit', { description: 'The number of slots.' }),
    taken: t.exposeInt('taken', { description: 'How many slots are taken.' }),
    holders: t.expose('holders', {
      type: [SlotHolderType],
      description: 'The flow runs that hold the slots, those that have held them longest first; at most 20.',
      extensions: { rows: 20 },
    }),
  }),
});
