import { type Api, ApiError, Skip } from '../api.ts';
import type { FlowRun, Log, PolicyInput, State, TaskRun, Verdict } from '../values.ts';
import { flowqlBulk } from './flowqlBulk.ts';
import { flowqlConcurrency, limitDeployment } from './flowqlConcurrency.ts';
import { flowqlEvents } from './flowqlEvents.ts';
import { FLOW_RUN, LOG, STATE, TASK_RUN } from './flowqlFields.ts';
import { logFilter, runFilter } from './flowqlFilters.ts';
import { flowqlLists } from './flowqlLists.ts';
import { flowqlRequest } from './flowqlRequest.ts';
import { flowqlUpkeep } from './flowqlUpkeep.ts';
import { flowqlWatch } from './flowqlWatch.ts';

/** FlowQL's native API. */
export function connectFlowql(url: string): Api {
  const request = flowqlRequest(url);
  const watchFlowRunStates = flowqlWatch(url);

  async function mutate<Payload>(name: string, inputType: string, input: object, selection: string): Promise<Payload> {
    const document = `mutation ($input: ${inputType}!) { payload: ${name}(input: $input) { ${selection} } }`;
    return (await request<{ payload: Payload }>(document, { input })).payload;
  }
  async function readOne<Row>(root: string, id: string, selection: string): Promise<Row> {
    const { row } = await request<{ row: Row | null }>(`query ($id: ID!) { row: ${root}(id: $id) { ${selection} } }`, {
      id,
    });
    if (row === null) throw new ApiError('not_found', `${root} ${id} not found`);
    return row;
  }
  const listed =
    (root: string, kind: string, sorts: string, fallbackSort: string) =>
    async <Row>(filter: object | null, selection: string, sort = fallbackSort, limit?: number): Promise<Row[]> => {
      const { list } = await request<{ list: { nodes: Row[] } }>(
        `query ($filter: ${kind}Filter, $sort: ${sorts}, $first: Int) {
          list: ${root}(filter: $filter, sort: $sort, first: $first) { nodes { ${selection} } }
        }`,
        { filter, sort, first: limit ?? null },
      );
      return list.nodes;
    };
  const flowRuns = listed('flowRuns', 'FlowRun', 'RunSort', 'ID_DESC');
  const taskRuns = listed('taskRuns', 'TaskRun', 'RunSort', 'ID_DESC');
  const logs = listed('logs', 'Log', 'LogSort', 'TIMESTAMP_ASC');
  const counted = async (root: string, kind: string, filter: object | null): Promise<number> =>
    (await request<{ count: number }>(`query ($filter: ${kind}Filter) { count: ${root}(filter: $filter) }`, { filter }))
      .count;

  async function statesOf(root: string, id: string): Promise<State[]> {
    const { states } = await readOne<{ states: { nodes: State[] } }>(
      root,
      id,
      `states(first: 200) { nodes { ${STATE} } }`,
    );
    return states.nodes;
  }
  const flowRunStates = (id: string) => statesOf('flowRun', id);

  return {
    ...NOT_YET,
    ...flowqlUpkeep(url, request),
    ...flowqlConcurrency(request),
    ...flowqlLists(request),
    ...flowqlBulk(request),
    flavour: 'flowql',
    features: new Set([
      'deferred',
      'deploymentLimits',
      'events',
      'leaseIds',
      'limitZero',
      'logTextSearch',
      'report',
      'services',
      'tagLimits',
      'watch',
      'workPools',
    ]),
    settings: { loopSeconds: 5 },
    ready: async () => void (await request('{ __typename }', {})),
    close: async () => {},

    createFlow: async (flow) =>
      (await mutate<{ flow: Named }>('createFlow', 'CreateFlowInput', flow, 'flow { id name }')).flow,
    createDeployment: async ({ flowId, name, tags, ...concurrency }) => {
      const input = { flowId, name, ...(tags && { tags }) };
      const selection = 'deployment { id name }';
      const { deployment } = await mutate<{ deployment: Named }>(
        'createDeployment',
        'CreateDeploymentInput',
        input,
        selection,
      );
      await limitDeployment(request, deployment.id, concurrency);
      return deployment;
    },

    createWorkPool: async ({ name }) => {
      const input = { name, type: 'process' };
      const selection = 'workPool { id name defaultQueue { id name } }';
      const { workPool } = await mutate<{ workPool: Named & { defaultQueue: Named } }>(
        'createWorkPool',
        'CreateWorkPoolInput',
        input,
        selection,
      );
      const { defaultQueue, ...pool } = workPool;
      return { ...pool, defaultQueueId: defaultQueue.id, defaultQueueName: defaultQueue.name };
    },

    createFlowRun: async ({ extra, policy, ...run }) => {
      const input = { ...run, ...(policy && { policy: flowRunPolicy(policy) }), ...extra };
      const payload = await mutate<{ run: FlowRun; created: boolean }>(
        'createFlowRun',
        'CreateFlowRunInput',
        input,
        `run: flowRun { ${FLOW_RUN} } created`,
      );
      return payload;
    },
    updateFlowRun: async (flowRunId, { policy, ...patch }) => {
      const input = { flowRunId, ...patch, ...(policy && { policy: flowRunPolicy(policy) }) };
      await mutate('updateFlowRun', 'UpdateFlowRunInput', input, 'flowRun { id }');
    },
    readFlowRun: (id) => readOne<FlowRun>('flowRun', id, FLOW_RUN),
    flowRunStates,
    readFlowRunState: (id) => readOne<State>('flowRunState', id, STATE),
    setFlowRunState: (flowRunId, state, { force = false } = {}) =>
      mutate<Verdict>('setFlowRunState', 'SetFlowRunStateInput', { flowRunId, state, force }, VERDICT),
    resumeFlowRun: (flowRunId, runInput) =>
      mutate<Verdict>('resumeFlowRun', 'ResumeFlowRunInput', { flowRunId, ...(runInput && { runInput }) }, VERDICT),
    filterFlowRuns: ({ filter, sort, limit } = {}) =>
      flowRuns<FlowRun>(runFilter('flowRuns', filter), FLOW_RUN, sort, limit),
    countFlowRuns: ({ filter } = {}) => counted('flowRunCount', 'FlowRun', runFilter('flowRuns', filter)),
    watchFlowRunStates,
    flowRunEvents: flowqlEvents(watchFlowRunStates, flowRunStates),

    createTaskRun: ({ policy, ...run }) =>
      mutate<{ run: TaskRun; created: boolean }>(
        'createTaskRun',
        'CreateTaskRunInput',
        { ...run, ...(policy && { policy: taskRunPolicy(policy) }) },
        `run: taskRun { ${TASK_RUN} } created`,
      ),
    readTaskRun: (id) => readOne<TaskRun>('taskRun', id, TASK_RUN),
    taskRunStates: (id) => statesOf('taskRun', id),
    setTaskRunState: (taskRunId, state, { force = false } = {}) =>
      mutate<Verdict>('setTaskRunState', 'SetTaskRunStateInput', { taskRunId, state, force }, VERDICT),
    filterTaskRuns: ({ filter, sort, limit } = {}) =>
      taskRuns<TaskRun>(runFilter('taskRuns', filter), TASK_RUN, sort, limit),
    countTaskRuns: ({ filter } = {}) => counted('taskRunCount', 'TaskRun', runFilter('taskRuns', filter)),
    applyReport: async (taskRun, state) => {
      const input = { states: [{ ...taskRun, state }] };
      const selection = 'rejected { message }';
      const payload = await mutate<{ rejected: { message: string }[] }>(
        'reportTaskRunStates',
        'ReportTaskRunStatesInput',
        input,
        selection,
      );
      if (payload.rejected[0]) throw new ApiError('validation', payload.rejected[0].message);
    },

    createInput: async (flowRunId, input) => {
      await mutate('createFlowRunInput', 'CreateFlowRunInputInput', { flowRunId, ...input }, 'input { key }');
    },
    readInput: async (flowRunId, key) => {
      const document = 'query ($id: ID!, $key: String!) { flowRun(id: $id) { input(key: $key) { value } } }';
      const { flowRun } = await request<{ flowRun: { input: { value: string } | null } | null }>(document, {
        id: flowRunId,
        key,
      });
      if (!flowRun?.input) throw new ApiError('not_found', `input ${key} not found`);
      return flowRun.input.value;
    },
    filterInputs: async (id, { prefix, limit, excludeKeys }) => {
      const document = `query ($id: ID!, $prefix: String, $first: Int, $excludeKeys: [String!]) {
        flowRun(id: $id) { inputs(prefix: $prefix, first: $first, excludeKeys: $excludeKeys) { nodes { key value } } }
      }`;
      const variables = { id, prefix, first: limit ?? null, excludeKeys: excludeKeys ?? null };
      const { flowRun } = await request<{ flowRun: { inputs: { nodes: { key: string; value: string }[] } } | null }>(
        document,
        variables,
      );
      if (!flowRun) throw new ApiError('not_found', `flow run ${id} not found`);
      return flowRun.inputs.nodes;
    },
    writeLogs: async (lines) => {
      const payload = await mutate<{ rejected: { message: string }[] }>(
        'writeLogs',
        'WriteLogsInput',
        { logs: lines },
        'rejected { message }',
      );
      if (payload.rejected[0]) throw new ApiError('validation', payload.rejected[0].message);
    },
    filterLogs: ({ filter, sort, limit }) => logs<Log>(logFilter(filter), LOG, sort, limit),
  };
}

interface Named {
  id: string;
  name: string;
}

const VERDICT = `status: verdict reason delaySeconds: retryAfterSeconds written state { ${STATE} }`;

const flowRunPolicy = ({ retries, retryDelay }: PolicyInput) => ({
  ...(retries !== undefined && { retries }),
  ...(retryDelay !== undefined && { retryDelaySeconds: retryDelay }),
});
const taskRunPolicy = ({ retryDelay, retryJitterFactor, ...policy }: PolicyInput) => ({
  ...flowRunPolicy({ ...policy, ...(retryDelay !== undefined && { retryDelay: [retryDelay].flat() }) }),
  ...(retryJitterFactor !== undefined && { retryJitterFactor }),
});

const comesLater = (): never => {
  throw new Skip('FlowQL does not have this yet');
};

/** Calls that FlowQL does not support yet. Their cases are skipped. */
const NOT_YET = {
  flowRunArtifacts: comesLater,
  stripStates: comesLater,
};
