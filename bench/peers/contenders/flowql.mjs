import { setTimeout as pause } from 'node:timers/promises';
import { post, sendAll } from '../../load/connection.mjs';
import { serve } from '../../server.mjs';
import {
  countOf,
  faultOf,
  faultOfPage,
  faultOfRun,
  isSampled,
  LINES,
  linesOf,
  MOVED_RUNS,
  PAGE,
  SOME_RUNS,
} from '../data.mjs';

const CREATE_FLOW = 'mutation CreateFlow($input: CreateFlowInput!) { createFlow(input: $input) { flow { id } } }';
const CREATE_FLOW_RUN = `mutation CreateFlowRun($input: CreateFlowRunInput!) {
  createFlowRun(input: $input) { flowRun { id name state { type } } }
}`;
const CREATE_TASK_RUN = `mutation CreateTaskRun($input: CreateTaskRunInput!) {
  createTaskRun(input: $input) { taskRun { id name } }
}`;
const SET_FLOW_RUN_STATE = `mutation SetFlowRunState($input: SetFlowRunStateInput!) {
  setFlowRunState(input: $input) { verdict state { id type name timestamp } }
}`;
const FLOW_RUN = `query FlowRun($id: ID!) {
  flowRun(id: $id) {
    id name startTime endTime runCount tags parameters version state { type name timestamp } flow { id name }
  }
}`;
export const FLOW_RUNS = `query FlowRuns($first: Int!, $after: String, $filter: FlowRunFilter, $sort: RunSort) {
  flowRuns(first: $first, after: $after, filter: $filter, sort: $sort) {
    edges {
      node {
        id name startTime endTime tags flow { id name } taskRuns { totalCount } state { type name timestamp }
        states(last: 5) { edges { node { id version type name message timestamp } } }
      }
    }
    pageInfo { endCursor hasNextPage }
  }
}`;
const CURSOR = `query Cursor($first: Int!, $after: String, $sort: RunSort) {
  flowRuns(first: $first, after: $after, sort: $sort) { pageInfo { endCursor } }
}`;
const WRITE_LOGS = 'mutation WriteLogs($input: WriteLogsInput!) { writeLogs(input: $input) { written } }';
const CANCEL = `mutation Cancel($input: BulkSetFlowRunStateInput!) {
  bulkSetFlowRunState(input: $input) { job { id ended total done } }
}`;
const JOB = 'query Job($id: ID!) { node(id: $id) { ... on BulkJob { id ended total done } } }';
const SORT = 'START_TIME_DESC';
const MOST_PER_PAGE = 200;

/** FlowQL, as `flowql serve` starts it, on the same PostgreSQL as its peers. */
export async function flowql({ keeper, databases: { flowql: database } }) {
  const { port, pid } = await serve(keeper, { DATABASE_URL: database.url });
  const server = { port, pids: [pid] };
  const send = (query, variables) => post('/graphql', { query, variables });
  const ask = async (query, variables) => {
    const [{ status, body }] = await sendAll(port, [send(query, variables)]);
    const { data, errors } = JSON.parse(body);
    if (status !== 200 || errors) throw new Error(`FlowQL: ${status} ${body.slice(0, 300)}`);
    return data;
  };
  const createRuns = async (inputs) => {
    const answers = await sendAll(
      port,
      inputs.map((input) => send(CREATE_FLOW_RUN, { input })),
      16,
    );
    return answers.map(({ body }) => JSON.parse(body).data.createFlowRun.flowRun.id);
  };
  let flow;
  const flowId = () => {
    flow ??= ask(CREATE_FLOW, { input: { name: 'flow-1' } }).then(({ createFlow }) => createFlow.flow.id);
    return flow;
  };
  const count = (text, values) => countOf(database, text, values);

  return {
    name: 'FlowQL',
    pids: server.pids,

    async page(number) {
      let after = null;
      for (let left = PAGE * (number - 1); left > 0; left -= MOST_PER_PAGE) {
        const variables = { first: Math.min(MOST_PER_PAGE, left), after, sort: SORT };
        after = (await ask(CURSOR, variables)).flowRuns.pageInfo.endCursor;
      }
      const request = send(FLOW_RUNS, { first: PAGE, after, filter: null, sort: SORT });
      const operation = async ({ connection }, index) => {
        const answer = await connection.request(request);
        const fault = faultOf(answer, 200, '{"data":{"flowRuns":');
        return fault ?? (isSampled(index) ? faultOfPage(runsOf(answer.body), number) : undefined);
      };
      return { ...server, operation };
    },

    async runById() {
      const runs = await database.sql(SOME_RUNS);
      const requests = runs.map(({ id }) => send(FLOW_RUN, { id }));
      const operation = async ({ connection }, index) => {
        const { number } = runs[index % runs.length];
        const answer = await connection.request(requests[index % runs.length]);
        const fault = faultOf(answer, 200, `"run-${number}"`);
        if (fault || !isSampled(index)) return fault;
        const { name, flow, state } = JSON.parse(answer.body).data.flowRun;
        return faultOfRun({ name, flow: flow.name, state: state.name }, number);
      };
      return { ...server, operation };
    },

    async setState() {
      const input = { flowId: await flowId(), state: { type: 'RUNNING' } };
      const ids = await createRuns(
        Array.from({ length: MOVED_RUNS }, (_, run) => ({ ...input, name: `moved-${run}` })),
      );
      const requests = ids.map((flowRunId) =>
        send(SET_FLOW_RUN_STATE, { input: { flowRunId, state: { type: 'RUNNING' } } }),
      );
      return {
        ...server,
        written: () => count('select count(*) from flow_run_state where flow_run_id = any($1)', [ids]),
        operation: async ({ connection }, index) =>
          faultOf(await connection.request(requests[index % MOVED_RUNS]), 200, '"verdict":"ACCEPT"'),
      };
    },

    async createFlowRun() {
      const id = await flowId();
      return {
        ...server,
        written: () => count(`select count(*) from flow_run where name like 'made-%'`),
        operation: async ({ connection }, index) => {
          const name = `made-${index}`;
          const input = { flowId: id, name, parameters: { n: index }, tags: ['made'], idempotencyKey: name };
          return faultOf(await connection.request(send(CREATE_FLOW_RUN, { input })), 200, `"${name}"`);
        },
      };
    },

    async createTaskRun() {
      const [flowRunId] = await createRuns([{ flowId: await flowId(), name: 'parent', state: { type: 'RUNNING' } }]);
      return {
        ...server,
        written: () => count('select count(*) from task_run where flow_run_id = $1', [flowRunId]),
        operation: async ({ connection }, index) => {
          const name = `load-${index}`;
          const input = { flowRunId, taskKey: 'load', dynamicKey: `${index}`, name };
          return faultOf(await connection.request(send(CREATE_TASK_RUN, { input })), 200, `"${name}"`);
        },
      };
    },

    async writeLogs() {
      const runs = (await database.sql(SOME_RUNS)).slice(0, 8);
      const requests = runs.map(({ id }, writer) => send(WRITE_LOGS, { input: { logs: logsOf(id, writer) } }));
      return {
        ...server,
        written: () => count('select count(*) from log'),
        operation: async ({ index, connection }) =>
          faultOf(await connection.request(requests[index]), 200, `"written":${LINES}`),
      };
    },

    async cancel() {
      const id = await flowId();
      const scheduledTime = new Date(Date.now() + 30 * 24 * 60 * 60 * 1000).toISOString();
      return {
        ...server,
        prepare: (tag, runs) =>
          createRuns(
            Array.from({ length: runs }, (_, run) => ({
              flowId: id,
              name: `${tag}-${run}`,
              tags: [tag],
              state: { type: 'SCHEDULED', details: { scheduledTime } },
            })),
          ),
        async work(tag) {
          const filter = { tags: { hasAll: [tag] }, stateType: { in: ['SCHEDULED'] } };
          let { job } = (await ask(CANCEL, { input: { filter, state: { type: 'CANCELLED' } } })).bulkSetFlowRunState;
          while (!job.ended) {
            await pause(5);
            job = (await ask(JOB, { id: job.id })).node;
          }
          return job.done;
        },
        written: (tag) =>
          count(
            `select count(*) from flow_run join flow_run_state on flow_run_state.id = state_id
            where flow_run.name like $1 and state_type = 'CANCELLED' and type = 'CANCELLED'`,
            [`${tag}-%`],
          ),
      };
    },
  };
}

const runsOf = (body) =>
  JSON.parse(body).data.flowRuns.edges.map(({ node: { name, flow, taskRuns, states } }) => ({
    name,
    flow: flow.name,
    taskRuns: taskRuns.totalCount,
    states: states.edges.map(({ node }) => node).sort((a, b) => b.version - a.version),
  }));

/** The lines in the form of `writeLogs`. */
export const logsOf = (flowRunId, writer) =>
  linesOf(flowRunId, writer).map(({ level, name, message, timestamp }) => ({
    ...{ flowRunId, level, name, message, timestamp },
  }));
