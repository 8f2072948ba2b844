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
import { filterInputType } from '../filters/filterInputType.ts';
import { toFilter } from '../filters/toFilter.ts';

WorkPoolType.implement({
  description: 'Where workers of one kind take runs from. Each work pool has a queue `default`.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    created: t.expose('created', { type: 'DateTime', description: 'When the work pool was created.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When the work pool was last changed.' }),
    name: t.exposeString('name', { description: 'Unique in the tenant.' }),
    type: t.exposeString('type', { description: 'The kind of infrastructure that its workers start.' }),
    description: t.exposeString('description', { nullable: true, description: 'What it is for.' }),
    baseJobTemplate: t.field({
      type: 'JSONObject',
      description: 'What the jobs of runs look like; its `variables` is the JSON Schema of job variables.',
      resolve: (pool) => wide(pool.baseJobTemplate),
    }),
    isPaused: t.exposeBoolean('isPaused', { description: 'Whether workers get no runs from it.' }),
    concurrencyLimit: t.exposeInt('concurrencyLimit', {
      nullable: true,
      description: 'How many of its runs may be at work at once; null is any number.',
    }),
    activeRunCount: t.int({
      description: 'How many of its runs are at work: PENDING, RUNNING or CANCELLING.',
      resolve: ({ id }, _, { loaders }) => loaders.activeRunsOfPool(id),
    }),
    defaultQueue: t.field({
      type: WorkQueueType,
      nullable: true,
      description: 'The queue of those who name none; null where the pool has been deleted since.',
      resolve: ({ id }, _, { loaders }) => loaders.defaultQueue.load(id),
    }),
    workQueues: t.field({
      type: WorkQueueConnection,
      description: 'Its queues, in the order in which they are served.',
      args: {
        filter: t.arg({ type: filterInputType('WorkQueue'), description: 'Which queues; all where it is left out.' }),
        ...pageArguments(),
      },
      resolve: ({ id }, { filter, ...page }, { loaders }) =>
        loaders.workQueuesOf(id, { filter: toFilter('WorkQueue', filter), page: pageRequest(page) }),
    }),
    workers: t.field({
      type: WorkerConnection,
      description: 'The workers that ever said they were there, who did so last first.',
      args: pageArguments(),
      resolve: ({ id }, page, { loaders }) => loaders.workersOf(id, pageRequest(page)),
    }),
  }),
});

builder.queryFields((t) => ({
  workPool: t.field({
    type: WorkPoolType,
    nullable: true,
    description: 'A work pool; null where there is none with this id.',
    args: { id: t.arg.id({ required: true, description: 'The id of the work pool.' }) },
    resolve: (_, { id }, context, info) => loadWorkPool(id, context, info),
  }),
  workPoolByName: t.field({
    type: WorkPoolType,
    nullable: true,
    description: 'A work pool; null where there is none of this name.',
    args: { name: t.arg.string({ required: true, description: 'The name of the work pool.' }) },
    resolve: async (_, { name }, context, info) => {
      checkText('name', name, LIMITS.nameCharacters);
      return loadWorkPool(
        await workPoolIdByName(context.engine.database, context.viewer.tenantId, name),
        context,
        info,
      );
    },
  }),
  workPools: t.field({
    type: WorkPoolConnection,
    description: 'Work pools.',
    args: {
      filter: t.arg({ type: filterInputType('WorkPool'), description: 'Which work pools; all where it is left out.' }),
      sort: t.arg({ type: WorkPoolSortEnum, description: 'In which order; NAME_ASC where it is left out.' }),
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
