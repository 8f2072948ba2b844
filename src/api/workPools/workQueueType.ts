import { checkText } from '../../core/checks/checkText.ts';
import { LIMITS } from '../../core/values/limits.ts';
import { findWorkQueue } from '../../store/workPools/workQueues.ts';
import { builder } from '../building/builder.ts';
import { pageArguments, pageRequest } from '../building/connectionOf.ts';
import { NodeInterface } from '../building/nodeInterface.ts';
import { FlowRunType, WorkPoolType, WorkQueueConnection, WorkQueueType } from '../building/objectTypes.ts';
import { loadWorkPool } from '../building/selected.ts';
import { filterInputType } from '../filters/filterInputType.ts';
import { toFilter } from '../filters/toFilter.ts';

WorkQueueType.implement({
  description: 'A queue of a work pool, in which scheduled runs wait for a worker.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    created: t.expose('created', { type: 'DateTime', description: 'When the queue was created.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When the queue was last changed.' }),
    name: t.exposeString('name', { description: 'Unique in its work pool.' }),
    description: t.exposeString('description', { nullable: true, description: 'What it is for.' }),
    isPaused: t.exposeBoolean('isPaused', { description: 'Whether workers get no runs from it.' }),
    concurrencyLimit: t.exposeInt('concurrencyLimit', {
      nullable: true,
      description: 'How many of its runs may be at work at once; null is any number.',
    }),
    priority: t.exposeInt('priority', { description: 'Its place among the queues of the pool: 1 is served first.' }),
    lastPolled: t.expose('lastPolled', {
      type: 'DateTime',
      nullable: true,
      description: 'When a worker last asked for its runs; null where none ever did.',
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

builder.queryFields((t) => ({
  workQueue: t.field({
    type: WorkQueueType,
    nullable: true,
    description: 'A work queue; null where there is none with this id.',
    args: { id: t.arg.id({ required: true, description: 'The id of the work queue.' }) },
    resolve: (_, { id }, { loaders }) => loaders.workQueue.load(id),
  }),
  workQueueByName: t.field({
    type: WorkQueueType,
    nullable: true,
    description: 'A work queue by its name and that of its pool; null where there is none.',
    args: {
      workPoolName: t.arg.string({ required: true, description: 'The name of the work pool.' }),
      name: t.arg.string({ required: true, description: 'The name of the queue.' }),
    },
    resolve: async (_, { workPoolName, name }, { engine, viewer, loaders }) => {
      checkText('workPoolName', workPoolName, LIMITS.nameCharacters);
      checkText('name', name, LIMITS.nameCharacters);
      const found = await findWorkQueue(engine.database, viewer.tenantId, workPoolName, name);
      return found?.workQueueId ? loaders.workQueue.load(found.workQueueId) : null;
    },
  }),
  workQueues: t.field({
    type: WorkQueueConnection,
    description: 'Work queues of all pools, by priority.',
    args: {
      filter: t.arg({ type: filterInputType('WorkQueue'), description: 'Which queues; all where it is left out.' }),
      ...pageArguments(),
    },
    resolve: (_, { filter, ...page }, { loaders }) =>
      loaders.workQueues({ filter: toFilter('WorkQueue', filter), page: pageRequest(page) }),
  }),
}));

builder.objectFields(FlowRunType, (t) => ({
  autoScheduled: t.exposeBoolean('autoScheduled', { description: 'Whether a schedule made the run.' }),
  workQueueId: t.exposeID('workQueueId', { nullable: true, description: 'The id of the work queue.' }),
  workQueue: t.field({
    type: WorkQueueType,
    nullable: true,
    description: 'The queue that workers take the run from; null where there is none.',
    resolve: ({ workQueueId }, _, { loaders }) => (workQueueId === null ? null : loaders.workQueue.load(workQueueId)),
  }),
  workQueueName: t.string({
    nullable: true,
    description: 'The name of that queue.',
    resolve: async ({ workQueueId }, _, { loaders }) =>
      workQueueId === null ? null : (await loaders.workQueue.load(workQueueId))?.name,
  }),
  workPoolId: t.id({
    nullable: true,
    description: 'The id of the work pool that the queue belongs to.',
    resolve: async ({ workQueueId }, _, { loaders }) =>
      workQueueId === null ? null : (await loaders.workQueue.load(workQueueId))?.workPoolId,
  }),
  workPoolName: t.string({
    nullable: true,
    description: 'The name of the work pool that the queue belongs to.',
    resolve: async ({ workQueueId }, _, { loaders }) => {
      const queue = workQueueId === null ? null : await loaders.workQueue.load(workQueueId);
      return queue && (await loaders.leanWorkPool.load(queue.workPoolId))?.name;
    },
  }),
}));
