import { deleteWorker } from '../../actions/workPools/deleteWorker.ts';
import { MAX_POLLED_QUEUES, pollWorkPool } from '../../actions/workPools/pollWorkPool.ts';
import { HEARTBEAT_SECONDS, workerHeartbeat } from '../../actions/workPools/workerHeartbeat.ts';
import { count } from '../../core/checks/checkText.ts';
import type { FlowRun } from '../../core/runs/run.ts';
import { MAX_PAGE_SIZE } from '../../core/values/page.ts';
import { isOnline, type Worker } from '../../core/workPools/workPool.ts';
import { builder } from '../building/builder.ts';
import { given } from '../building/given.ts';
import { keyed } from '../building/keyed.ts';
import { LIMIT_TEXTS } from '../building/limitTexts.ts';
import { NodeInterface } from '../building/nodeInterface.ts';
import { FlowRunType, WorkerType, WorkPoolType } from '../building/objectTypes.ts';
import { loadWorkPool } from '../building/selected.ts';
import { idText, relatedText, SHARED_TEXTS } from '../building/sharedTexts.ts';

WorkerType.implement({
  description: 'A process that takes flow runs from a work pool and starts their infrastructure.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    created: t.expose('created', { type: 'DateTime', description: 'When the worker sent its first heartbeat.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When the worker was last changed.' }),
    name: t.exposeString('name', { description: 'The name, unique in the work pool.' }),
    lastHeartbeat: t.expose('lastHeartbeat', {
      type: 'DateTime',
      description: 'When the worker last sent a heartbeat.',
    }),
    heartbeatIntervalSeconds: t.exposeFloat('heartbeatIntervalSeconds', {
      description: 'The time between two heartbeats, in seconds.',
    }),
    isOnline: t.boolean({
      description: 'Whether the last heartbeat is at most three heartbeat intervals old.',
      resolve: (worker, _, { now }) => isOnline(worker, now()),
    }),
    workPoolId: t.exposeID('workPoolId', { description: 'The id of the work pool.' }),
    workPool: t.field({
      type: WorkPoolType,
      nullable: true,
      description: relatedText('work pool'),
      resolve: ({ workPoolId }, _, context, info) => loadWorkPool(workPoolId, context, info),
    }),
  }),
});

const POOL_TO_SERVE = `The name of the work pool. An unknown name fails with NOT_FOUND. ${LIMIT_TEXTS.name}`;

const WorkerHeartbeatInput = builder.inputType('WorkerHeartbeatInput', {
  description: 'A heartbeat of a worker.',
  fields: (t) => ({
    ...keyed(t),
    workPoolName: t.string({
      required: true,
      description: POOL_TO_SERVE,
    }),
    name: t.string({
      required: true,
      description: `The name of the worker, unique in the work pool. ${LIMIT_TEXTS.name}`,
    }),
    heartbeatIntervalSeconds: t.float({
      description:
        `The time until the next heartbeat, in seconds: ${HEARTBEAT_SECONDS.least} to ` +
        `${count(HEARTBEAT_SECONDS.most)}. Defaults to the interval that the worker sent before, and initially to ` +
        '30.',
    }),
  }),
});

const WorkerHeartbeatPayload = builder.objectRef<{ worker: Worker }>('WorkerHeartbeatPayload').implement({
  description: 'The worker that sent the heartbeat.',
  fields: (t) => ({ worker: t.expose('worker', { type: WorkerType, description: 'The worker after the heartbeat.' }) }),
});

const DeleteWorkerInput = builder.inputType('DeleteWorkerInput', {
  description: 'The worker to delete.',
  fields: (t) => ({
    ...keyed(t),
    workerId: t.id({ required: true, description: idText('worker', 'NOT_FOUND') }),
  }),
});

const DeleteWorkerPayload = builder.objectRef<{ workerId: string }>('DeleteWorkerPayload').implement({
  description: 'The deleted worker.',
  fields: (t) => ({ workerId: t.exposeID('workerId', { description: 'The id of the deleted worker.' }) }),
});

const PollWorkPoolInput = builder.inputType('PollWorkPoolInput', {
  description: 'The work pool and the queues to poll.',
  fields: (t) => ({
    ...keyed(t),
    workPoolName: t.string({
      required: true,
      description: POOL_TO_SERVE,
    }),
    workQueueNames: t.stringList({
      description:
        'The names of the queues to poll. Defaults to all queues of the pool. An unknown name fails with NOT_FOUND, ' +
        `more than ${MAX_POLLED_QUEUES} names fail with LIMIT_EXCEEDED.`,
    }),
    scheduledBefore: t.field({
      type: 'DateTime',
      description: 'Only flow runs that are due at or before this time. Defaults to all scheduled flow runs.',
    }),
    limit: t.int({
      description: `How many flow runs to return at most. ${SHARED_TEXTS.pageSize}`,
    }),
    workerName: t.string({
      description: `The name of the polling worker. The request then counts as its heartbeat. ${LIMIT_TEXTS.name}`,
    }),
  }),
});

const PollWorkPoolPayload = builder.objectRef<{ flowRuns: FlowRun[] }>('PollWorkPoolPayload').implement({
  description: 'The flow runs that the worker can take now.',
  fields: (t) => ({
    flowRuns: t.expose('flowRuns', {
      type: [FlowRunType],
      description:
        'The flow runs, ordered by the priority of their queues, then by the time at which they are due; at most ' +
        `${MAX_PAGE_SIZE}.`,
      extensions: { rows: MAX_PAGE_SIZE },
    }),
  }),
});

builder.mutationFields((t) => ({
  workerHeartbeat: t.field({
    type: WorkerHeartbeatPayload,
    description: 'Records a heartbeat of a worker. The first heartbeat registers the worker.',
    args: { input: t.arg({ type: WorkerHeartbeatInput, required: true, description: 'The worker.' }) },
    resolve: (_, { input }, { engine, viewer }) => workerHeartbeat(engine, viewer, given(input)),
  }),
  pollWorkPool: t.field({
    type: PollWorkPoolPayload,
    description:
      'Returns the scheduled flow runs that a worker can take now. Paused pools and queues return none, and a deleted ' +
      'deployment has none. No more runs are returned than the concurrency limits of pool, queue and deployments allow ' +
      'to become PENDING; `FlowRun.whyNotRunning` explains why a run is not returned. Polling does not reserve a run: ' +
      'if several workers receive the same run, or more runs than there are slots, the rules accept PENDING for as ' +
      'many runs as there are slots, and reject the others, which stay SCHEDULED.',
    args: {
      input: t.arg({ type: PollWorkPoolInput, required: true, description: 'The work pool and the queues to poll.' }),
    },
    resolve: (_, { input }, { engine, viewer }) => pollWorkPool(engine, viewer, given(input)),
  }),
  deleteWorker: t.field({
    type: DeleteWorkerPayload,
    description: 'Deletes a worker. A worker that is still running is registered again with its next heartbeat.',
    args: { input: t.arg({ type: DeleteWorkerInput, required: true, description: 'The worker to delete.' }) },
    resolve: (_, { input }, { engine, viewer }) => deleteWorker(engine, viewer, given(input)),
  }),
}));
