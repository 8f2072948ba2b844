import path from 'node:path';
import { get, post } from '../../load/connection.mjs';
import { freePort, untilReady } from '../../server.mjs';
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
import { flowOfWrites, movedRuns } from '../movedRuns.mjs';

const START_MS = 10_000;

/** The least that a server can do with `pg` and `node:http`: one statement for each request, no checks and no GraphQL. */
export async function handWritten({ keeper, databases: { peers: database } }) {
  const port = await freePort();
  const child = keeper.start(process.execPath, [path.join(import.meta.dirname, '..', 'handWrittenServer.mjs')], {
    env: { ...process.env, DATABASE_URL: database.url, PORT: port },
  });
  await untilReady(child, `http://127.0.0.1:${port}/page`, START_MS);
  const server = { port, pids: [child.pid] };
  const count = (text, values) => countOf(database, text, values);

  return {
    name: 'hand-written',
    pids: server.pids,

    async page(number) {
      let path = '/page';
      if (number > 1) {
        const [{ at, id }] = await database.sql(
          'select start_time::text as at, id from flow_run order by start_time desc, id desc offset $1 limit 1',
          [PAGE * (number - 1) - 1],
        );
        path += `/${encodeURIComponent(`${at},${id}`)}`;
      }
      const request = get(path);
      const operation = async ({ connection }, index) => {
        const answer = await connection.request(request);
        const fault = faultOf(answer, 200, '"taskRuns"');
        if (fault || !isSampled(index)) return fault;
        const runs = JSON.parse(answer.body).map((run) => ({ ...run, flow: run.flow.name }));
        return faultOfPage(runs, number);
      };
      return { ...server, operation };
    },

    async runById() {
      const runs = await database.sql(SOME_RUNS);
      const requests = runs.map(({ id }) => get(`/run/${id}`));
      const operation = async ({ connection }, index) => {
        const { number } = runs[index % runs.length];
        const answer = await connection.request(requests[index % runs.length]);
        const fault = faultOf(answer, 200, `"run-${number}"`);
        if (fault || !isSampled(index)) return fault;
        const { name, flow, stateName } = JSON.parse(answer.body);
        return faultOfRun({ name, flow: flow.name, state: stateName }, number);
      };
      return { ...server, operation };
    },

    async setState() {
      const ids = await movedRuns(database);
      const requests = ids.map((id) => post(`/setState/${id}`, { type: 'RUNNING', name: 'Running' }));
      return {
        ...server,
        written: () => count('select count(*) from flow_run_state where flow_run_id = any($1)', [ids]),
        operation: async ({ connection }, index) =>
          faultOf(await connection.request(requests[index % MOVED_RUNS]), 200, '"ACCEPT"'),
      };
    },

    async createFlowRun() {
      const flowId = await flowOfWrites(database);
      return {
        ...server,
        written: () => count(`select count(*) from flow_run where name like 'made-%'`),
        operation: async ({ connection }, index) => {
          const name = `made-${index}`;
          const run = { flowId, name, parameters: { n: index }, tags: ['made'], idempotencyKey: name };
          return faultOf(await connection.request(post('/createFlowRun', run)), 200, `"${name}"`);
        },
      };
    },

    async createTaskRun() {
      const [flowRunId] = await movedRuns(database);
      return {
        ...server,
        written: () => count('select count(*) from task_run where flow_run_id = $1', [flowRunId]),
        operation: async ({ connection }, index) => {
          const name = `load-${index}`;
          const run = { flowRunId, taskKey: 'load', dynamicKey: `${index}`, name };
          return faultOf(await connection.request(post('/createTaskRun', run)), 200, `"${name}"`);
        },
      };
    },

    async writeLogs() {
      const runs = (await database.sql(SOME_RUNS)).slice(0, 8);
      const requests = runs.map(({ id }, writer) => post('/writeLogs', linesOf(id, writer)));
      return {
        ...server,
        written: () => count('select count(*) from log'),
        operation: async ({ index, connection }) =>
          faultOf(await connection.request(requests[index]), 200, `"written":${LINES}`),
      };
    },
  };
}
