import { checkText } from '../../core/checks/checkText.ts';
import { LIMITS } from '../../core/values/limits.ts';
import { workPoolIdByName } from '../../store/workPools/workPools.ts';
import { builder } from '../building/builder.ts';
import { pageArguments, pageRequest } from '../building/connectionOf.ts';
import { WorkPoolSortEnum } from '../building/enums.ts';
import { NodeInterface } from '../building/nodeInterface.ts';
import {
  WorkerConnection,
  WorkPoolConnection,
  WorkPoolType,
  WorkQueueConnection,
  WorkQueueType,
} from '../building/objectTypes.ts';
import { asksForTemplate, loadWorkPool, wide } from '../building/selected.ts';
import { byIdText, filterText, SHARED_TEXTS, sortText } from '../building/sharedTexts.ts';
import { filterInputType } from '../filters/filterInputType.ts';
import { toFilter } from '../filters/toFilter.ts';

WorkPoolType.implement({
  description:
    'A set of work queues from which workers of one kind take flow runs. Every work pool has a queue `default`.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    created: t.expose('created', { type: 'DateTime', description: 'When the work pool was created.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When the work pool was last changed.' }),
    name: t.exposeString('name', { description: 'The name, unique in the tenant.' }),
    type: t.exposeString('type', { description: SHARED_TEXTS.workPoolType }),
    description: t.exposeString('description', {
      nullable: true,
      description: 'A free-text description; null if there is none.',
    }),
    baseJobTemplate: t.field({
      type: 'JSONObject',
      description: SHARED_TEXTS.baseJobTemplate,
      resolve: (pool) => wide(pool.baseJobTemplate),
    }),
    isPaused: t.exposeBoolean('isPaused', { description: SHARED_TEXTS.isPaused }),
    concurrencyLimit: t.exposeInt('concurrencyLimit', {
      nullable: true,
      description: SHARED_TEXTS.concurrencyLimit,
    }),
    activeRunCount: t.int({
      description: 'How many flow runs of the pool are PENDING, RUNNING or CANCELLING.',
      resolve: ({ id }, _, { loaders }) => loaders.activeRunsOfPool(id),
    }),
    defaultQueue: t.field({
      type: WorkQueueType,
      nullable: true,
      description: 'The queue `default`, which is used if no queue is named; null if the pool has since been deleted.',
      resolve: ({ id }, _, { loaders }) => loaders.defaultQueue.load(id),
    }),
    workQueues: t.field({
      type: WorkQueueConnection,
      description: 'The queues of the pool, in the order in which they are served.',
      args: {
        filter: t.arg({ type: filterInputType('WorkQueue'), description: filterText('work queues') }),
        ...pageArguments(),
      },
      resolve: ({ id }, { filter, ...page }, { loaders }) =>
        loaders.workQueuesOf(id, { filter: toFilter('WorkQueue', filter), page: pageRequest(page) }),
    }),
    workers: t.field({
      type: WorkerConnection,
      description: 'The workers of the pool, those with the latest heartbeat first.',
      args: pageArguments(),
      resolve: ({ id }, page, { loaders }) => loaders.workersOf(id, pageRequest(page)),
    }),
  }),
});

builder.queryFields((t) => ({
  workPool: t.field({
    type: WorkPoolType,
    nullable: true,
    description: byIdText('work pool'),
    args: { id: t.arg.id({ required: true, description: 'The id of the work pool.' }) },
    resolve: (_, { id }, context, info) => loadWorkPool(id, context, info),
  }),
  workPoolByName: t.field({
    type: WorkPoolType,
    nullable: true,
    description: 'Returns the work pool with this name; null if there is none.',
    args: { name: t.arg.string({ required: true, description: 'The name of the work pool.' }) },
    resolve: async (_, { name }, context, info) => {
      checkText('name', name, LIMITS.nameCharacters);
      return loadWorkPool(await workPoolIdByName(context.reads, context.viewer.tenantId, name), context, info);
    },
  }),
  workPools: t.field({
    type: WorkPoolConnection,
    description: 'Lists work pools.',
    args: {
      filter: t.arg({ type: filterInputType('WorkPool'), description: filterText('work pools') }),
      sort: t.arg({ type: WorkPoolSortEnum, description: sortText('NAME_ASC') }),
      ...pageArguments(),
    },
    resolve: (_, { filter, sort, ...page }, { loaders }, info) =>
      loaders.workPools({
        filter: toFilter('WorkPool', filter),
        sort: sort ?? 'NAME_ASC',
        page: pageRequest(page),
        wide: asksForTemplate(info),
      }),
  }),
}));
