import { Problem } from '../../core/values/problem.ts';
import type { Loaders } from '../../loading/loaders.ts';
import type { NodeType } from '../../store/insights/nodes.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';

/** A row that is about to be given out as a Node says which type it is, for nothing else tells rows apart. */
type NodeRow = { id: string; __typename?: NodeType };

export const NodeInterface = builder.interfaceRef<NodeRow>('Node').implement({
  description: 'Anything with an id of its own.',
  resolveType: (row) => row.__typename,
  fields: (t) => ({ id: t.exposeID('id', { description: 'Its UUID, unique among all things of all types.' }) }),
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
    description: 'The thing with this id, of whatever type; null where there is none.',
    args: { id: t.arg.id({ required: true, description: 'The id to look for.' }) },
    resolve: (_, { id }, context) => loadNode(context, id),
  }),
  nodes: t.field({
    type: [NodeInterface],
    nullable: { list: false, items: true },
    description: `The things with these ids, in their order, null where there is none. At most ${MAX_NODES}.`,
    args: {
      ids: t.arg.idList({
        required: true,
        description: `The ids to look for. More than ${MAX_NODES} are LIMIT_EXCEEDED.`,
      }),
    },
    resolve: (_, { ids }, context) => {
      if (ids.length > MAX_NODES)
        throw new Problem('LIMIT_EXCEEDED', `\`nodes\` takes ${MAX_NODES} ids at most.`, { argument: 'ids' });
      return Promise.all(ids.map((id) => loadNode(context, id)));
    },
  }),
}));
