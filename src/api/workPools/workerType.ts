import { deleteWorker } from '../../actions/workPools/deleteWorker.ts';
import { MAX_POLLED_QUEUES, pollWorkPool } from '../../actions/workPools/pollWorkPool.ts';
import { HEARTBEAT_SECONDS, workerHeartbeat } from '../../actions/workPools/workerHeartbeat.ts';
import { count } from '../../core/checks/checkText.ts';
import type { FlowRun } from '../../core/runs/run.ts';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from '../../core/values/page.ts';
import { isOnline, type Worker } from '../../core/workPools/workPool.ts';
import { builder } from '../building/builder.ts';
import { given } from '../building/given.ts';
import { keyed } from '../building/keyed.ts';
import { LIMIT_TEXTS } from '../building/limitTexts.ts';
import { NodeInterface } from '../building/nodeInterface.ts';
import { FlowRunType, WorkerType, WorkPoolType } from '../building/objectTypes.ts';
import { loadWorkPool } from '../building/selected.ts';

WorkerType.implement({
  description: 'A process that takes runs from a work pool and starts their infrastructure.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    created: t.expose('created', { type: 'DateTime', description: 'When the worker was first there.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When the worker was last changed.' }),
    name: t.exposeString('name', { description: 'Unique in its work pool.' }),
    lastHeartbeat: t.expose('lastHeartbeat', { type: 'DateTime', description: 'When it last said that it is there.' }),
    heartbeatIntervalSeconds: t.exposeFloat('heartbeatIntervalSeconds', {
      description: 'After how many seconds it says so again.',
    }),
    isOnline: t.boolean({
      description: 'Whether it is taken to be there: it has missed fewer than three of its signs of life.',
      resolve: (worker, _, { now }) => isOnline(worker, now()),
    }),
    workPoolId: t.exposeID('workPoolId', { description: 'The id of the work pool.' }),
    workPool: t.field({
      type: WorkPoolType,
      nullable: true,
      description: 'The work pool; null where it has been deleted since.',
      resolve: ({ workPoolId }, _, context, info) => loadWorkPool(workPoolId, context, info),
    }),
  }),
});

const WorkerHeartbeatInput = builder.inputType('WorkerHeartbeatInput', {
  description: 'A sign of life of a worker.',
  fields: (t) => ({
    ...keyed(t),
    workPoolName: t.string({
      required: true,
      description: `The name of its work pool; an unknown one is NOT_FOUND. ${LIMIT_TEXTS.name}`,
    }),
    name: t.string({ required: true, description: `The worker’s name, unique in the pool. ${LIMIT_TEXTS.name}` }),
    heartbeatIntervalSeconds: t.float({
      description: `After how many seconds the next one comes: ${HEARTBEAT_SECONDS.least} to ${count(HEARTBEAT_SECONDS.most)}. Where it is left out, as the worker said before; at first 30.`,
    }),
  }),
});

const WorkerHeartbeatPayload = builder.objectRef<{ worker: Worker }>('WorkerHeartbeatPayload').implement({
  description: 'The worker that is there.',
  fields: (t) => ({ worker: t.expose('worker', { type: WorkerType, description: 'The worker as it is now.' }) }),
});

const DeleteWorkerInput = builder.inputType('DeleteWorkerInput', {
  description: 'A worker to forget.',
  fields: (t) => ({
    ...keyed(t),
    workerId: t.id({ required: true, description: 'The id of the worker; an unknown one is NOT_FOUND.' }),
  }),
});

const DeleteWorkerPayload = builder.objectRef<{ workerId: string }>('DeleteWorkerPayload').implement({
  description: 'The worker that is forgotten.',
  fields: (t) => ({ workerId: t.exposeID('workerId', { description: 'Its id.' }) }),
});

const PollWorkPoolInput = builder.inputType('PollWorkPoolInput', {
  description: 'What runs a worker asks for.',
  fields: (t) => ({
    ...keyed(t),
    workPoolName: t.string({
      required: true,
      description: `The name of the work pool; an unknown one is NOT_FOUND. ${LIMIT_TEXTS.name}`,
    }),
    workQueueNames: t.stringList({
      description: `Of which queues; all where none is named. An unknown one is NOT_FOUND, more than ${MAX_POLLED_QUEUES} are LIMIT_EXCEEDED.`,
    }),
    scheduledBefore: t.field({
      type: 'DateTime',
      description: 'Only runs that are due at this time or earlier; all that are scheduled where it is left out.',
    }),
    limit: t.int({
      description: `How many at most: 0 to ${MAX_PAGE_SIZE}, ${DEFAULT_PAGE_SIZE} where it is left out. More is LIMIT_EXCEEDED.`,
    }),
    workerName: t.string({
      description: `The worker that asks; asking counts as a sign of its life. ${LIMIT_TEXTS.name}`,
    }),
  }),
});

const PollWorkPoolPayload = builder.objectRef<{ flowRuns: FlowRun[] }>('PollWorkPoolPayload').implement({
  description: 'The runs that a worker may take now.',
  fields: (t) => ({
    flowRuns: t.expose('flowRuns', {
      type: [FlowRunType],
      description: `The most urgent first: by the priority of their queues, then by when they are due. At most ${MAX_PAGE_SIZE}.`,
    }),
  }),
});

builder.mutationFields((t) => ({
  workerHeartbeat: t.field({
    type: WorkerHeartbeatPayload,
    description: 'Notes that a worker is there. One that was not known before is known from then on.',
    args: { input: t.arg({ type: WorkerHeartbeatInput, required: true, description: 'Which worker.' }) },
    resolve: (_, { input }, { engine, viewer }) => workerHeartbeat(engine, viewer, given(input)),
  }),
  pollWorkPool: t.field({
    type: PollWorkPoolPayload,
    description:
      'Gives the scheduled runs that a worker may take now: from queues that are not paused, of a pool that is not, and only ' +
      'as many as the limits of both leave room for beside the runs that are PENDING, RUNNING or CANCELLING. Nothing is ' +
      'taken by asking: of workers that are given the same run, one can set it to PENDING.',
    args: { input: t.arg({ type: PollWorkPoolInput, required: true, description: 'Which runs.' }) },
    resolve: (_, { input }, { engine, viewer }) => pollWorkPool(engine, viewer, given(input)),
  }),
  deleteWorker: t.field({
    type: DeleteWorkerPayload,
    description: 'Forgets a worker. One that is still there is known again with its next sign of life.',
    args: { input: t.arg({ type: DeleteWorkerInput, required: true, description: 'Which worker.' }) },
    resolve: (_, { input }, { engine, viewer }) => deleteWorker(engine, viewer, given(input)),
  }),
}));
