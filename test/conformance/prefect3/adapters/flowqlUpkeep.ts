import { type Api, ApiError, type GraphNode } from '../api.ts';
import type { State } from '../values.ts';
import { STATE } from './flowqlFields.ts';
import type { FlowqlRequest } from './flowqlRequest.ts';

type Upkeep = Pick<
  Api,
  'deleteFlowRun' | 'patchLabels' | 'flowRunDependencies' | 'flowRunGraph' | 'deleteTaskRun' | 'downloadLogs'
>;

const NODE = 'id kind label stateType startTime parents children encapsulating artifacts { id }';

interface Graph {
  rootIds: string[];
  nodes: GraphNode[];
  states: State[];
}

/** Graphs and CSV of a run in FlowQL, and changes of a run other than its state. */
export function flowqlUpkeep(url: string, request: FlowqlRequest): Upkeep {
  async function mutate(name: string, inputType: string, input: object, selection: string): Promise<void> {
    await request(`mutation ($input: ${inputType}!) { ${name}(input: $input) { ${selection} } }`, { input });
  }
  async function ofFlowRun<Of>(id: string, selection: string, since: string | null = null): Promise<Of> {
    const arguments_ = since === null ? '$id: ID!' : '$id: ID!, $since: DateTime';
    const document = `query (${arguments_}) { flowRun(id: $id) { ${selection} } }`;
    const { flowRun } = await request<{ flowRun: Of | null }>(document, { id, ...(since !== null && { since }) });
    if (flowRun === null) throw new ApiError('not_found', `flow run ${id} not found`);
    return flowRun;
  }

  return {
    deleteFlowRun: (flowRunId) => mutate('deleteFlowRun', 'DeleteFlowRunInput', { flowRunId }, 'flowRunId'),
    patchLabels: (flowRunId, labels) =>
      mutate('updateFlowRunLabels', 'UpdateFlowRunLabelsInput', { flowRunId, labels }, 'flowRun { id }'),
    deleteTaskRun: (taskRunId) => mutate('deleteTaskRun', 'DeleteTaskRunInput', { taskRunId }, 'taskRunId'),

    flowRunDependencies: async (id) => {
      const { dependencies } = await ofFlowRun<{
        dependencies: { id: string; name: string; upstream: { id: string }[] }[];
      }>(id, 'dependencies { id name upstream { id } }');
      return dependencies.map(({ upstream, ...taskRun }) => ({ ...taskRun, upstream: upstream.map((run) => run.id) }));
    },
    flowRunGraph: async (id, { since } = {}) => {
      const selection = `graph${since ? '(since: $since)' : ''} { rootIds nodes { ${NODE} } states { ${STATE} } }`;
      const { graph } = await ofFlowRun<{ graph: Graph }>(id, selection, since ?? null);
      const nodes = graph.nodes.map((node) => ({ ...node, kind: node.kind.toLowerCase().replace('_', '-') }));
      return { ...graph, nodes, artifacts: [] };
    },

    downloadLogs: async (flowRunId) => {
      const response = await fetch(new URL(`/flow-runs/${flowRunId}/logs.csv`, url));
      if (response.status === 404) throw new ApiError('not_found', await response.text());
      if (!response.ok) throw new ApiError('internal', `HTTP ${response.status}`);
      const header = (name: string) => response.headers.get(name) ?? '';
      return {
        contentType: header('content-type'),
        disposition: header('content-disposition'),
        text: await response.text(),
      };
    },
  };
}
