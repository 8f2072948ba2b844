import path from 'node:path';
import { post, sendAll } from '../../load/connection.mjs';
import { freePort, untilReady } from '../../server.mjs';
import { faultOf, faultOfPage, faultOfRun, isSampled, PAGE, SOME_RUNS } from '../data.mjs';
import { installPackages } from '../install.mjs';

const VERSION = '5.1.5';
/** PostGraphile 5 requires Node 22. On an older Node it runs with this one. */
const NODE = '22.23.3';
const START_MS = 60_000;

const FLOW_RUNS = `query FlowRuns($first: Int!, $after: Cursor) {
  allFlowRuns(first: $first, after: $after, orderBy: [START_TIME_DESC, PRIMARY_KEY_DESC]) {
    nodes {
      rowId name stateType stateName startTime endTime totalRunSeconds tags flowByFlowId { rowId name }
      taskRunsByFlowRunId { totalCount }
      flowRunStatesByFlowRunId(first: 5, orderBy: VERSION_DESC) { nodes { rowId version type name message timestamp } }
    }
    pageInfo { endCursor hasNextPage }
  }
}`;
const CURSOR = `query Cursor($first: Int!) {
  allFlowRuns(first: $first, orderBy: [START_TIME_DESC, PRIMARY_KEY_DESC]) { pageInfo { endCursor } }
}`;
const FLOW_RUN = `query FlowRun($id: UUID!) {
  flowRunByRowId(rowId: $id) {
    rowId name stateType stateName stateTimestamp version startTime endTime runCount totalRunSeconds tags parameters
    flowByFlowId { rowId name }
  }
}`;

/** PostGraphile 5 over the peers' tables. It only reads: its mutations of rows are not the work that is compared. */
export async function postgraphile({ keeper, databases: { peers: database } }) {
  const isOld = Number.parseInt(process.versions.node, 10) < 22;
  const packages = [`postgraphile@${VERSION}`, ...(isOld ? [`node@${NODE}`] : [])];
  const directory = await installPackages('postgraphile', packages);
  const node = isOld ? path.join(directory, 'node_modules', 'node', 'bin', 'node') : process.execPath;
  const port = await freePort();
  const child = keeper.start(node, [path.join(import.meta.dirname, '..', 'postgraphileServer.mjs'), directory], {
    env: { ...process.env, NODE_ENV: 'production', GRAPHILE_ENV: 'production', DATABASE_URL: database.url, PORT: port },
  });
  await untilReady(child, `http://127.0.0.1:${port}/graphql`, START_MS, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"query":"{__typename}"}',
  });
  const server = { port, pids: [child.pid] };
  const send = (query, variables) => post('/graphql', { query, variables });

  return {
    name: 'PostGraphile 5',
    version: `PostGraphile ${VERSION}`,
    pids: server.pids,

    async page(number) {
      let after = null;
      if (number > 1) {
        const [{ body }] = await sendAll(port, [send(CURSOR, { first: PAGE * (number - 1) })]);
        after = JSON.parse(body).data.allFlowRuns.pageInfo.endCursor;
      }
      const request = send(FLOW_RUNS, { first: PAGE, after });
      const operation = async ({ connection }, index) => {
        const answer = await connection.request(request);
        const fault = faultOf(answer, 200, '{"data":{"allFlowRuns":');
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
        const { name, flowByFlowId, stateName } = JSON.parse(answer.body).data.flowRunByRowId;
        return faultOfRun({ name, flow: flowByFlowId.name, state: stateName }, number);
      };
      return { ...server, operation };
    },
  };
}

const runsOf = (body) =>
  JSON.parse(body).data.allFlowRuns.nodes.map((run) => ({
    name: run.name,
    flow: run.flowByFlowId.name,
    taskRuns: run.taskRunsByFlowRunId.totalCount,
    states: run.flowRunStatesByFlowRunId.nodes,
  }));
