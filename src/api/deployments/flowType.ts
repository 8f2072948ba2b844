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
import { planned } from '../building/plannedField.ts';
import { asksForRunJson } from '../building/selected.ts';
import { byIdText, filterText, sortText } from '../building/sharedTexts.ts';
import { filterInputType } from '../filters/filterInputType.ts';
import { toFilter } from '../filters/toFilter.ts';

// A flow run takes the labels of its deployment if it has one (store/flowRuns/insertFlowRuns.ts).
const LABELS = 'Arbitrary keys and values. New flow runs without a deployment inherit them.';

FlowType.implement({
  description: 'A registered program. Each execution of it is a flow run.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    created: t.expose('created', { type: 'DateTime', description: 'When the flow was registered.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When the flow was last changed.' }),
    name: t.exposeString('name', { description: 'The name, unique in the tenant.' }),
    tags: t.exposeStringList('tags', {
      description: `Tags to find the flow by, as sent by the client; at most ${LIMITS.tags}.`,
    }),
    labels: t.expose('labels', { type: 'Labels', description: LABELS }),
    flowRuns: t.field({
      extensions: planned({ children: 'flowRuns' }),
      type: FlowRunConnection,
      description: 'The flow runs of the flow.',
      args: {
        filter: t.arg({ type: filterInputType('FlowRun'), description: filterText('flow runs') }),
        sort: t.arg({ type: RunSortEnum, description: sortText('ID_DESC') }),
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
  // Not `flow`: that is the list of flows in the Prefect 1 dialect, which shares the executable schema.
  flowById: t.field({
    extensions: planned({ byId: 'flow' }),
    type: FlowType,
    nullable: true,
    description: byIdText('flow'),
    args: { id: t.arg.id({ required: true, description: 'The id of the flow.' }) },
    resolve: (_, { id }, { loaders }) => loaders.flow.load(id),
  }),
  flows: t.field({
    extensions: planned({ list: 'flows' }),
    type: FlowConnection,
    description: 'Lists flows.',
    args: {
      filter: t.arg({ type: filterInputType('Flow'), description: filterText('flows') }),
      sort: t.arg({ type: FlowSortEnum, description: sortText('ID_DESC') }),
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
    name: t.string({ required: true, description: `The name, unique in the tenant. ${LIMIT_TEXTS.name}` }),
    tags: t.stringList({ description: `Tags to find the flow by. ${LIMIT_TEXTS.tags}` }),
    labels: t.field({
      type: 'Labels',
      description: `${LABELS} ${LIMIT_TEXTS.labels}`,
    }),
  }),
});

const CreateFlowPayload = builder.objectRef<{ flow: Flow; created: boolean }>('CreateFlowPayload').implement({
  description: 'The flow with this name.',
  fields: (t) => ({
    flow: t.expose('flow', { type: FlowType, description: 'The new or existing flow.' }),
    created: t.exposeBoolean('created', {
      description: 'False if there already was a flow with this name, which is then returned unchanged.',
    }),
  }),
});

builder.mutationField('createFlow', (t) =>
  t.field({
    type: CreateFlowPayload,
    description: 'Registers a flow. If a flow with this name exists, returns it unchanged.',
    args: { input: t.arg({ type: CreateFlowInput, required: true, description: 'The flow to register.' }) },
    resolve: (_, { input }, { engine, viewer }) => createFlow(engine, viewer, given(input)),
  }),
);
