import { checkText } from '../../core/checks/checkText.ts';
import { LIMITS } from '../../core/values/limits.ts';
import { findWorkQueue } from '../../store/workPools/workQueues.ts';
import { builder } from '../building/builder.ts';
import { pageArguments, pageRequest } from '../building/connectionOf.ts';
import { NodeInterface } from '../building/nodeInterface.ts';
import { FlowRunType, WorkPoolType, WorkQueueConnection, WorkQueueType } from '../building/objectTypes.ts';
import { loadWorkPool } from '../building/selected.ts';
import { byIdText, filterText, nullableIdText, relatedText, SHARED_TEXTS } from '../building/sharedTexts.ts';
import { filterInputType } from '../filters/filterInputType.ts';
import { toFilter } from '../filters/toFilter.ts';

WorkQueueType.implement({
  description: 'A queue of a work pool, in which scheduled flow runs wait for a worker.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    created: t.expose('created', { type: 'DateTime', description: 'When the work queue was created.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When the work queue was last changed.' }),
    name: t.exposeString('name', { description: 'The name, unique in the work pool.' }),
    description: t.exposeString('description', {
      nullable: true,
      description: 'A free-text description; null if there is none.',
    }),
    isPaused: t.exposeBoolean('isPaused', { description: SHARED_TEXTS.isPaused }),
    concurrencyLimit: t.exposeInt('concurrencyLimit', {
      nullable: true,
      description: SHARED_TEXTS.concurrencyLimit,
    }),
    priority: t.exposeInt('priority', {
      description: 'The position among the queues of the pool. Priority 1 is served first.',
    }),
    lastPolled: t.expose('lastPolled', {
      type: 'DateTime',
      nullable: true,
      description: SHARED_TEXTS.lastPolled,
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

builder.queryFields((t) => ({
  workQueue: t.field({
    type: WorkQueueType,
    nullable: true,
    description: byIdText('work queue'),
    args: { id: t.arg.id({ required: true, description: 'The id of the work queue.' }) },
    resolve: (_, { id }, { loaders }) => loaders.workQueue.load(id),
  }),
  workQueueByName: t.field({
    type: WorkQueueType,
    nullable: true,
    description: 'Returns a work queue by its name and the name of its work pool; null if there is none.',
    args: {
      workPoolName: t.arg.string({ required: true, description: 'The name of the work pool.' }),
      name: t.arg.string({ required: true, description: 'The name of the work queue.' }),
    },
    resolve: async (_, { workPoolName, name }, { reads, viewer, loaders }) => {
      checkText('workPoolName', workPoolName, LIMITS.nameCharacters);
      checkText('name', name, LIMITS.nameCharacters);
      const found = await findWorkQueue(reads, viewer.tenantId, workPoolName, name);
      return found?.workQueueId ? loaders.workQueue.load(found.workQueueId) : null;
    },
  }),
  workQueues: t.field({
    type: WorkQueueConnection,
    description: 'Lists the work queues of all work pools, ordered by priority.',
    args: {
      filter: t.arg({ type: filterInputType('WorkQueue'), description: filterText('work queues') }),
      ...pageArguments(),
    },
    resolve: (_, { filter, ...page }, { loaders }) =>
      loaders.workQueues({ filter: toFilter('WorkQueue', filter), page: pageRequest(page) }),
  }),
}));

builder.objectFields(FlowRunType, (t) => ({
  autoScheduled: t.exposeBoolean('autoScheduled', { description: 'Whether a schedule created the run.' }),
  workQueueId: t.exposeID('workQueueId', { nullable: true, description: nullableIdText('work queue') }),
  workQueue: t.field({
    type: WorkQueueType,
    nullable: true,
    description: 'The work queue from which workers take the run; null if there is none.',
    resolve: ({ workQueueId }, _, { loaders }) => (workQueueId === null ? null : loaders.workQueue.load(workQueueId)),
  }),
  workQueueName: t.string({
    nullable: true,
    description: 'The name of the work queue; null if there is none.',
    resolve: async ({ workQueueId }, _, { loaders }) =>
      workQueueId === null ? null : (await loaders.workQueue.load(workQueueId))?.name,
  }),
  workPoolId: t.id({
    nullable: true,
    description: 'The id of the work pool of the work queue; null if there is none.',
    resolve: async ({ workQueueId }, _, { loaders }) =>
      workQueueId === null ? null : (await loaders.workQueue.load(workQueueId))?.workPoolId,
  }),
  workPoolName: t.string({
    nullable: true,
    description: 'The name of the work pool of the work queue; null if there is none.',
    resolve: async ({ workQueueId }, _, { loaders }) => {
      const queue = workQueueId === null ? null : await loaders.workQueue.load(workQueueId);
      return queue && (await loaders.leanWorkPool.load(queue.workPoolId))?.name;
    },
  }),
}));
