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
  description: 'What a run in a graph is.',
  values: {
    TASK_RUN: { value: 'task_run', description: 'A task run.' },
    FLOW_RUN: { value: 'flow_run', description: 'The run of a subflow.' },
  } as const,
});

const GraphArtifactType = builder.objectRef<Artifact>('GraphArtifact').implement({
  description: 'Something that a task of Prefect 1 has left for people to see.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its id.' }),
    created: t.expose('created', { type: 'DateTime', description: 'When it was made.' }),
    kind: t.exposeString('kind', { description: 'What it is: `link` or `markdown`.' }),
    data: t.expose('data', { type: 'JSON', description: 'What it holds.' }),
  }),
});

const EDGE = `Ids of nodes, each once, also of nodes that \`since\` leaves out; at most ${count(GRAPH_LIMITS.edges)} in a graph.`;

const GraphNodeType = builder.objectRef<GraphNode>('GraphNode').implement({
  description:
    'A step of a flow run: a task run, or the run of a subflow, which stands in the place of the task run that called it.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id of the subflow’s run, or else of the task run.' }),
    kind: t.field({
      type: GraphNodeKindEnum,
      description: 'What the node is.',
      resolve: ({ flowRunId }) => (flowRunId === null ? 'task_run' : 'flow_run'),
    }),
    label: t.exposeString('label', {
      description: 'For people: the name of the task run; of a subflow, `name of the flow / name of the run`.',
    }),
    stateType: t.expose('stateType', { type: StateTypeEnum, description: 'The type of its current state.' }),
    startTime: t.expose('startTime', {
      type: 'DateTime',
      description: 'When it first began to run, or else is expected to. What has neither time is not in the graph.',
    }),
    endTime: t.expose('endTime', {
      type: 'DateTime',
      nullable: true,
      description: 'When it came to its final state; null where it has not.',
    }),
    parents: t.exposeIDList('parents', {
      description: `The nodes whose results went into it, by start time. ${EDGE}`,
    }),
    children: t.exposeIDList('children', {
      description: `The nodes that its result went into, by start time. ${EDGE}`,
    }),
    encapsulating: t.exposeIDList('encapsulating', {
      description: `The nodes that it ran within, as a task that another task calls does, by start time. ${EDGE}`,
    }),
    artifacts: t.field({
      type: [GraphArtifactType],
      description: `What it has left for people to see, oldest first: the first, at most ${MAX_ARTIFACTS.each}, and ${count(MAX_ARTIFACTS.together)} of a whole graph.`,
      resolve: ({ taskRunId }, _, { loaders }) => loaders.artifactsOf(taskRunId),
    }),
    taskRunId: t.exposeID('taskRunId', {
      description: 'The id of the task run; of a subflow, of the one that stands for it.',
    }),
    taskRun: t.field({
      type: TaskRunType,
      nullable: true,
      description: 'The task run; of a subflow, the one that stands for it. Null where it has been deleted since.',
      resolve: ({ taskRunId }, _, context, info) => loadTaskRun(taskRunId, context, info),
    }),
    flowRun: t.field({
      type: FlowRunType,
      nullable: true,
      description: 'The run of the subflow; null where the node is a task, or the run has been deleted since.',
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

/** A part of a graph would be taken for the whole. */
export function checkGraph(subject: string, nodes: number, hasTooManyEdges: boolean): void {
  if (nodes > GRAPH_LIMITS.nodes)
    throw new Problem('LIMIT_EXCEEDED', `The ${subject} has more than ${GRAPH_LIMITS.nodes} nodes.`);
  if (hasTooManyEdges) throw new Problem('LIMIT_EXCEEDED', `The ${subject} has more than ${GRAPH_LIMITS.edges} edges.`);
}

const FlowRunGraphType = builder.objectRef<AskedGraph>('FlowRunGraph').implement({
  description: 'The steps of a flow run, and what went from which to which.',
  fields: (t) => ({
    startTime: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the flow run first began to run, or else is expected to.',
      resolve: ({ flowRun }) => flowRun.startTime ?? flowRun.expectedStartTime,
    }),
    endTime: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the flow run came to its final state; null where it has not.',
      resolve: ({ flowRun }) => flowRun.endTime,
    }),
    rootIds: t.idList({
      description: `The ids of the nodes without parents, in the order of the nodes; at most ${count(GRAPH_LIMITS.nodes)}.`,
      extensions: { rows: GRAPH_LIMITS.nodes },
      resolve: async (graph, _, context) =>
        (await nodesOf(graph, context)).filter(({ parents }) => parents.length === 0).map(({ id }) => id),
    }),
    nodes: t.field({
      type: [GraphNodeType],
      description: `All steps, by start time, then end time. More than ${count(GRAPH_LIMITS.nodes)}, or more than ${count(GRAPH_LIMITS.edges)} edges, are LIMIT_EXCEEDED.`,
      extensions: { rows: GRAPH_LIMITS.nodes },
      resolve: (graph, _, context) => nodesOf(graph, context),
    }),
    states: t.field({
      type: [FlowRunStateType],
      description: `The newest states of the flow run, at most ${MAX_PAGE_SIZE}, oldest first, whatever \`since\` is; \`FlowRun.states\` has all.`,
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
    description: 'The steps of the run, as a graph.',
    args: {
      since: t.arg({
        type: 'DateTime',
        description:
          'Without the steps that had ended before; all where it is left out. Edges to these are still told.',
      }),
    },
    resolve: (flowRun, { since }) => ({ flowRun, since: since ?? null }),
  }),
);
