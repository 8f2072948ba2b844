import { Problem } from '../../core/values/problem.ts';
import type { Loaders } from '../../loading/loaders.ts';
import type { NodeType } from '../../store/insights/nodes.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';

/** A row that is returned as a Node. Rows have no type of their own, so `__typename` says which one it is. */
type NodeRow = { id: string; __typename?: NodeType };

export const NodeInterface = builder.interfaceRef<NodeRow>('Node').implement({
  description: 'An object with a globally unique id.',
  resolveType: (row) => row.__typename,
  fields: (t) => ({ id: t.exposeID('id', { description: 'A UUID, unique across all types.' }) }),
});

const MAX_NODES = 100;

const LOAD: { readonly [Type in NodeType]: (loaders: Loaders, id: string) => Promise<{ id: string } | null> } = {
  Flow: (loaders, id) => loaders.flow.load(id),
  Deployment: (loaders, id) => loaders.deployment.load(id),
  DeploymentSchedule: (loaders, id) => loaders.deploymentSchedule.load(id),
  WorkPool: (loaders, id) => loaders.workPool.load(id),
  WorkQueue: (loaders, id) => loaders.workQueue.load(id),
  Worker: (loaders, id) => loaders.worker.load(id),
  FlowRun: (loaders, id) => loaders.flowRun.load(id),
  TaskRun: (loaders, id) => loaders.taskRun.load(id),
  FlowRunState: (loaders, id) => loaders.flowRunState.load(id),
  TaskRunState: (loaders, id) => loaders.taskRunState.load(id),
  Log: (loaders, id) => loaders.log.load(id),
  FlowRunInput: (loaders, id) => loaders.flowRunInput.load(id),
  ConcurrencyLimit: (loaders, id) => loaders.concurrencyLimit.load(id),
  BulkJob: (loaders, id) => loaders.bulkJob.load(id),
};

async function loadNode({ loaders }: Context, id: string): Promise<NodeRow | null> {
  const type = await loaders.nodeType.load(id);
  const row = type && (await LOAD[type](loaders, id));
  return row && { ...row, __typename: type };
}

builder.queryFields((t) => ({
  node: t.field({
    type: NodeInterface,
    nullable: true,
    description: 'Returns the object with this id, of any type; null if there is none.',
    args: { id: t.arg.id({ required: true, description: 'The id of the object.' }) },
    resolve: (_, { id }, context) => loadNode(context, id),
  }),
  nodes: t.field({
    type: [NodeInterface],
    nullable: { list: false, items: true },
    description:
      'Returns the objects with these ids, in the order of the ids; null for an id without an object. At most ' +
      `${MAX_NODES}.`,
    args: {
      ids: t.arg.idList({
        required: true,
        description: `The ids of the objects. More than ${MAX_NODES} ids fail with LIMIT_EXCEEDED.`,
      }),
    },
    resolve: (_, { ids }, context) => {
      if (ids.length > MAX_NODES)
        throw new Problem('LIMIT_EXCEEDED', `\`ids\` must have at most ${MAX_NODES} ids.`, { argument: 'ids' });
      return Promise.all(ids.map((id) => loadNode(context, id)));
    },
  }),
}));
