import { createFlow } from '../../actions/deployments/createFlow.ts';
import type { Flow } from '../../core/runs/run.ts';
import { LIMITS } from '../../core/values/limits.ts';
import { builder } from '../building/builder.ts';
import { pageArguments, pageRequest } from '../building/connectionOf.ts';
import { FlowSortEnum, RunSortEnum } from '../building/enums.ts';
import { given } from '../building/given.ts';
import { keyed } from '../building/keyed.ts';
import { LIMIT_TEXTS } from '../building/limitTexts.ts';
import { NodeInterface } from '../building/nodeInterface.ts';
import { FlowConnection, FlowRunConnection, FlowType } from '../building/objectTypes.ts';
import { asksForRunJson } from '../building/selected.ts';
import { filterInputType } from '../filters/filterInputType.ts';
import { toFilter } from '../filters/toFilter.ts';

FlowType.implement({
  description: 'A registered program.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    created: t.expose('created', { type: 'DateTime', description: 'When the flow was registered.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When the flow was last changed.' }),
    name: t.exposeString('name', { description: 'Unique in the tenant.' }),
    tags: t.exposeStringList('tags', {
      description: `Free words to find the flow by, as they were given; at most ${LIMITS.tags}.`,
    }),
    labels: t.expose('labels', { type: 'Labels', description: 'Free keys and values; new runs inherit them.' }),
    flowRuns: t.field({
      type: FlowRunConnection,
      description: 'The runs of the flow.',
      args: {
        filter: t.arg({ type: filterInputType('FlowRun'), description: 'Which runs; all where it is left out.' }),
        sort: t.arg({ type: RunSortEnum, description: 'In which order; ID_DESC where it is left out.' }),
        ...pageArguments(),
      },
      resolve: ({ id }, { filter, sort, ...page }, { loaders }, info) =>
        loaders.flowRunsOf(id, {
          filter: toFilter('FlowRun', filter),
          sort: sort ?? 'ID_DESC',
          page: pageRequest(page),
          wide: asksForRunJson(info),
        }),
    }),
  }),
});

builder.queryFields((t) => ({
  // Not `flow`: that name is the list of flows in the dialect of Prefect 1, which is served in the same schema.
  flowById: t.field({
    type: FlowType,
    nullable: true,
    description: 'A flow; null where there is none with this id.',
    args: { id: t.arg.id({ required: true, description: 'The id of the flow.' }) },
    resolve: (_, { id }, { loaders }) => loaders.flow.load(id),
  }),
  flows: t.field({
    type: FlowConnection,
    description: 'Flows.',
    args: {
      filter: t.arg({ type: filterInputType('Flow'), description: 'Which flows; all where it is left out.' }),
      sort: t.arg({ type: FlowSortEnum, description: 'In which order; ID_DESC where it is left out.' }),
      ...pageArguments(),
    },
    resolve: (_, { filter, sort, ...page }, { loaders }) =>
      loaders.flows({ filter: toFilter('Flow', filter), sort: sort ?? 'ID_DESC', page: pageRequest(page) }),
  }),
}));

const CreateFlowInput = builder.inputType('CreateFlowInput', {
  description: 'A flow to register.',
  fields: (t) => ({
    ...keyed(t),
    name: t.string({ required: true, description: `Unique in the tenant. ${LIMIT_TEXTS.name}` }),
    tags: t.stringList({ description: `Free words to find the flow by. ${LIMIT_TEXTS.tags}` }),
    labels: t.field({
      type: 'Labels',
      description: `Free keys and values; new runs inherit them. ${LIMIT_TEXTS.labels}`,
    }),
  }),
});

const CreateFlowPayload = builder.objectRef<{ flow: Flow; created: boolean }>('CreateFlowPayload').implement({
  description: 'The flow of the name that was sent.',
  fields: (t) => ({
    flow: t.expose('flow', { type: FlowType, description: 'The flow, new or as it was.' }),
    created: t.exposeBoolean('created', { description: 'False where a flow of this name was there; it is unchanged.' }),
  }),
});

builder.mutationField('createFlow', (t) =>
  t.field({
    type: CreateFlowPayload,
    description: 'Registers a flow, or finds the one that has the name.',
    args: { input: t.arg({ type: CreateFlowInput, required: true, description: 'The flow.' }) },
    resolve: (_, { input }, { engine, viewer }) => createFlow(engine, viewer, given(input)),
  }),
);
