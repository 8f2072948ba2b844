import { count } from '../../core/checks/checkText.ts';
import { GRAPH_LIMITS } from '../../core/insights/graphLimits.ts';
import type { Instant } from '../../core/values/instant.ts';
import { MAX_PAGE_SIZE } from '../../core/values/page.ts';
import { Problem } from '../../core/values/problem.ts';
import type { GraphNode } from '../../store/insights/flowRunGraphs.ts';
import { type Artifact, MAX_ARTIFACTS } from '../../store/insights/graphArtifacts.ts';
import { builder } from '../building/builder.ts';
import type { Context } from '../building/context.ts';
import { StateTypeEnum } from '../building/enums.ts';
import { FlowRunStateType, FlowRunType, TaskRunType } from '../building/objectTypes.ts';
import { asksForData, loadFlowRun, loadTaskRun } from '../building/selected.ts';

type FlowRun = typeof FlowRunType.$inferType;

export const GraphNodeKindEnum = builder.enumType('GraphNodeKind', {
  description: 'The kind of a run in a graph.',
  values: {
    TASK_RUN: { value: 'task_run', description: 'A task run.' },
    FLOW_RUN: { value: 'flow_run', description: 'The flow run of a subflow.' },
  } as const,
});

const GraphArtifactType = builder.objectRef<Artifact>('GraphArtifact').implement({
  description: 'An artifact that a Prefect 1 task created for display.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id of the artifact.' }),
    created: t.expose('created', { type: 'DateTime', description: 'When the artifact was created.' }),
    kind: t.exposeString('kind', { description: 'The kind of the artifact: `link` or `markdown`.' }),
    data: t.expose('data', { type: 'JSON', description: 'The content of the artifact.' }),
  }),
});

const EDGE =
  `No id occurs twice. Nodes that \`since\` leaves out are included. At most ${count(GRAPH_LIMITS.edges)} ids in a ` +
  'graph.';

const GraphNodeType = builder.objectRef<GraphNode>('GraphNode').implement({
  description:
    'A step of a flow run: a task run, or the flow run of a subflow, which replaces the task run that called it.',
  fields: (t) => ({
    id: t.exposeID('id', {
      description: 'The id of the subflow’s flow run if there is one, otherwise of the task run.',
    }),
    kind: t.field({
      type: GraphNodeKindEnum,
      description: 'Whether the step is a task run or a flow run.',
      resolve: ({ flowRunId }) => (flowRunId === null ? 'task_run' : 'flow_run'),
    }),
    label: t.exposeString('label', {
      description:
        'A human-readable label: the name of the task run, or for a subflow, `name of the flow / name of the flow ' +
        'run`.',
    }),
    stateType: t.expose('stateType', { type: StateTypeEnum, description: 'The type of the current state.' }),
    startTime: t.expose('startTime', {
      type: 'DateTime',
      description:
        'When the step started, or otherwise when it is expected to start. Steps with neither time are left out of ' +
        'the graph.',
    }),
    endTime: t.expose('endTime', {
      type: 'DateTime',
      nullable: true,
      description: 'When the step entered its final state; null if it has not ended.',
    }),
    parents: t.exposeIDList('parents', {
      description: `The ids of the nodes whose results are inputs of the step, ordered by start time. ${EDGE}`,
    }),
    children: t.exposeIDList('children', {
      description: `The ids of the nodes that use the result of the step, ordered by start time. ${EDGE}`,
    }),
    encapsulating: t.exposeIDList('encapsulating', {
      description:
        'The ids of the nodes within which the step ran, such as a task that called another task, ordered by start ' +
        `time. ${EDGE}`,
    }),
    artifacts: t.field({
      type: [GraphArtifactType],
      description:
        `The first ${MAX_ARTIFACTS.each} artifacts of the step, oldest first; at most ` +
        `${count(MAX_ARTIFACTS.together)} in a whole graph.`,
      resolve: ({ taskRunId }, _, { loaders }) => loaders.artifactsOf(taskRunId),
    }),
    taskRunId: t.exposeID('taskRunId', {
      description: 'The id of the task run; for a subflow, of the task run that represents it.',
    }),
    taskRun: t.field({
      type: TaskRunType,
      nullable: true,
      description: 'The task run; for a subflow, the task run that represents it. Null if it has since been deleted.',
      resolve: ({ taskRunId }, _, context, info) => loadTaskRun(taskRunId, context, info),
    }),
    flowRun: t.field({
      type: FlowRunType,
      nullable: true,
      description:
        'The flow run of the subflow; null if the node is a task run, or if the flow run has since been deleted.',
      resolve: ({ flowRunId }, _, context, info) => loadFlowRun(flowRunId, context, info),
    }),
  }),
});

interface AskedGraph {
  flowRun: FlowRun;
  since: Instant | null;
}

async function nodesOf({ flowRun: { id }, since }: AskedGraph, { loaders }: Context): Promise<GraphNode[]> {
  const { nodes, hasTooManyEdges } = await loaders.graphOf(id, since);
  checkGraph(`graph of flow run ${id}`, nodes.length, hasTooManyEdges);
  return nodes;
}

const INSTEAD = 'Read `FlowRun.taskRuns` page by page instead.';

/** Throws LIMIT_EXCEEDED if the graph is too large: a client would mistake a part of it for the whole. */
export function checkGraph(subject: string, nodes: number, hasTooManyEdges: boolean): void {
  if (nodes > GRAPH_LIMITS.nodes)
    throw new Problem('LIMIT_EXCEEDED', `The ${subject} has more than ${count(GRAPH_LIMITS.nodes)} nodes. ${INSTEAD}`);
  if (hasTooManyEdges)
    throw new Problem('LIMIT_EXCEEDED', `The ${subject} has more than ${count(GRAPH_LIMITS.edges)} edges. ${INSTEAD}`);
}

const FlowRunGraphType = builder.objectRef<AskedGraph>('FlowRunGraph').implement({
  description: 'The steps of a flow run, and the dependencies between them.',
  fields: (t) => ({
    startTime: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the flow run started, or otherwise when it is expected to start.',
      resolve: ({ flowRun }) => flowRun.startTime ?? flowRun.expectedStartTime,
    }),
    endTime: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the flow run entered its final state; null if it has not ended.',
      resolve: ({ flowRun }) => flowRun.endTime,
    }),
    rootIds: t.idList({
      description: `The ids of the nodes without parents, in order; at most ${count(GRAPH_LIMITS.nodes)}.`,
      extensions: { rows: GRAPH_LIMITS.nodes },
      resolve: async (graph, _, context) =>
        (await nodesOf(graph, context)).filter(({ parents }) => parents.length === 0).map(({ id }) => id),
    }),
    nodes: t.field({
      type: [GraphNodeType],
      description:
        `All steps, ordered by start time, then end time. More than ${count(GRAPH_LIMITS.nodes)} steps, or more ` +
        `than ${count(GRAPH_LIMITS.edges)} edges, fail with LIMIT_EXCEEDED.`,
      extensions: { rows: GRAPH_LIMITS.nodes },
      resolve: (graph, _, context) => nodesOf(graph, context),
    }),
    states: t.field({
      type: [FlowRunStateType],
      description:
        `The newest states of the flow run, oldest first, regardless of \`since\`; at most ${MAX_PAGE_SIZE}. ` +
        '`FlowRun.states` has all of them.',
      extensions: { rows: MAX_PAGE_SIZE },
      resolve: async ({ flowRun }, _, { loaders }, info) => {
        const page = { last: MAX_PAGE_SIZE };
        const states = await loaders.flowRunStatesOf(flowRun.id, { page, wide: asksForData(info) });
        return states.rows.map(({ row }) => row);
      },
    }),
  }),
});

builder.objectField(FlowRunType, 'graph', (t) =>
  t.field({
    type: FlowRunGraphType,
    description: 'The steps of the flow run, as a graph.',
    args: {
      since: t.arg({
        type: 'DateTime',
        description:
          'Leaves out steps that ended before this time. Edges to such steps are still listed. Defaults to all steps.',
      }),
    },
    resolve: (flowRun, { since }) => ({ flowRun, since: since ?? null }),
  }),
);
