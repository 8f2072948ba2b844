import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { get, post, sendAll } from '../../load/connection.mjs';
import { freePort, ON_DISK, untilReady } from '../../server.mjs';
import {
  countOf,
  faultOf,
  faultOfPage,
  faultOfRun,
  isSampled,
  linesOf,
  MOVED_RUNS,
  PAGE,
  SOME_RUNS,
} from '../data.mjs';
import { CACHE, installPython, installRedis } from '../install.mjs';

const VERSION = '3.8.8';
const PACKAGES = [
  `prefect==${VERSION}`,
  'prefect-redis==0.3.0',
  'pydocket==0.27.0',
  'asyncpg==0.32.0',
  'fastapi==0.139.0',
];
/** Debian's packages, if no Redis is installed. */
const REDIS = [
  ...['redis-server', 'redis-tools', 'libjemalloc2', 'liblua5.1-0', 'liblzf1', 'libhiredis0.14', 'libatomic1'],
  ...['lua-bitop', 'lua-cjson'],
];
const WORKERS = 2;
const START_MS = 120_000;
const MOST_PER_CALL = 50;
const MOST_PER_PAGE = 200;

/** Prefect 3 by its REST API, with two workers. Several workers need Redis, and their background services a process. */
export async function prefect3({ keeper, databases: { prefect3: database } }) {
  const { port, pids } = await start(keeper, database);
  const server = { port, pids };
  const ask = async (request) => JSON.parse((await sendAll(port, [request]))[0].body);
  let flow;
  const flowId = () => {
    flow ??= ask(post('/api/flows/', { name: 'flow-1' })).then(({ id }) => id);
    return flow;
  };
  const count = (text, values) => countOf(database, text, values);
  const createRun = async (run) => post('/api/flow_runs/', { flow_id: await flowId(), ...run });

  return {
    name: 'Prefect 3',
    version: `Prefect ${VERSION} with ${WORKERS} workers`,
    pids,

    /** The calls of a user interface: the list, its flows, its counts of task runs, and the history of each run. */
    async page(number) {
      const list = post('/api/flow_runs/paginate', { sort: 'START_TIME_DESC', limit: PAGE, page: number });
      const operation = async ({ connection, connections }, index) => {
        const answer = await connection.request(list);
        if (answer.status !== 200) return `${answer.status} ${answer.body}`;
        const runs = JSON.parse(answer.body).results;
        const ids = runs.map(({ id }) => id);
        const flowIds = [...new Set(runs.map((run) => run.flow_id))];
        const requests = [
          post('/api/flows/filter', { flows: { id: { any_: flowIds } } }),
          post('/api/ui/flow_runs/count-task-runs', { flow_run_ids: ids }),
          ...ids.map((id) => get(`/api/flow_run_states/?flow_run_id=${id}`)),
        ];
        const answers = await spread(connections, requests);
        const bad = answers.find(({ status }) => status !== 200);
        if (bad) return `${bad.status} ${bad.body}`;
        if (!isSampled(index)) return;
        const [flows, taskRuns, ...histories] = answers.map(({ body }) => JSON.parse(body));
        return faultOfPage(
          runs.map(({ id, name, flow_id }, place) => ({
            name,
            flow: flows.find((each) => each.id === flow_id)?.name,
            taskRuns: taskRuns[id],
            states: histories[place].reverse().slice(0, 5),
          })),
          number,
        );
      };
      return { ...server, each: 6, operation };
    },

    /** Without the name of the flow, which would be a second call. */
    async runById() {
      const runs = await database.sql(SOME_RUNS);
      const requests = runs.map(({ id }) => get(`/api/flow_runs/${id}`));
      const operation = async ({ connection }, index) => {
        const { number } = runs[index % runs.length];
        const answer = await connection.request(requests[index % runs.length]);
        const fault = faultOf(answer, 200, `"run-${number}"`);
        if (fault || !isSampled(index)) return fault;
        const { name, state } = JSON.parse(answer.body);
        return faultOfRun({ name, flow: `flow-${1 + (number % 20)}`, state: state.name }, number);
      };
      return { ...server, operation };
    },

    async setState() {
      const runs = Array.from({ length: MOVED_RUNS }, (_, run) =>
        createRun({ name: `moved-${run}`, state: { type: 'RUNNING' } }),
      );
      const ids = (await sendAll(port, await Promise.all(runs), 8)).map(({ body }) => JSON.parse(body).id);
      const requests = ids.map((id) => post(`/api/flow_runs/${id}/set_state`, { state: { type: 'RUNNING' } }));
      return {
        ...server,
        written: () => count('select count(*) from flow_run_state where flow_run_id = any($1)', [ids]),
        operation: async ({ connection }, index) =>
          faultOf(await connection.request(requests[index % MOVED_RUNS]), 201, '"status":"ACCEPT"'),
      };
    },

    async createFlowRun() {
      return {
        ...server,
        written: () =>
          count(
            `select count(*) from flow_run join flow_run_state on flow_run_state.id = state_id where flow_run.name like 'made-%'`,
          ),
        operation: async ({ connection }, index) => {
          const name = `made-${index}`;
          const run = { name, parameters: { n: index }, tags: ['made'], idempotency_key: name };
          const request = await createRun({ ...run, state: { type: 'PENDING' } });
          return faultOf(await connection.request(request), 201, `"${name}"`);
        },
      };
    },

    async createTaskRun() {
      const { id } = await ask(await createRun({ name: 'parent', state: { type: 'RUNNING' } }));
      return {
        ...server,
        written: () => count('select count(*) from task_run where flow_run_id = $1', [id]),
        operation: async ({ connection }, index) => {
          const name = `load-${index}`;
          const run = { flow_run_id: id, task_key: 'load', dynamic_key: `${index}`, name, state: { type: 'PENDING' } };
          return faultOf(await connection.request(post('/api/task_runs/', run)), 201, `"${name}"`);
        },
      };
    },

    async writeLogs() {
      const runs = (await database.sql(SOME_RUNS)).slice(0, 8);
      const requests = runs.map(({ id }, writer) => post('/api/logs/', linesOf(id, writer)));
      return {
        ...server,
        written: () => count('select count(*) from log'),
        operation: async ({ index, connection }) => faultOf(await connection.request(requests[index]), 201, ''),
      };
    },

    /** No route cancels more than 50 runs: this reads the ids in pages of 200, then cancels 50 a call, four at a time. */
    async cancel() {
      return {
        ...server,
        // 5,000 runs take more than a minute.
        mostRuns: 500,
        mostRounds: 2,
        prepare: async (tag, runs) => database.sql(scheduledRuns(tag, runs, await flowId())),
        async work(tag, runs) {
          const filter = { tags: { all_: [tag] }, state: { type: { any_: ['SCHEDULED'] } } };
          const ids = [];
          for (let offset = 0; offset < runs; offset += MOST_PER_PAGE) {
            const page = { flow_runs: filter, sort: 'ID_DESC', limit: MOST_PER_PAGE, offset };
            ids.push(...(await ask(post('/api/flow_runs/filter', page))).map(({ id }) => id));
          }
          const calls = [];
          for (let at = 0; at < ids.length; at += MOST_PER_CALL) {
            const some = { id: { any_: ids.slice(at, at + MOST_PER_CALL) } };
            const body = { flow_runs: some, state: { type: 'CANCELLED' }, limit: MOST_PER_CALL };
            calls.push(post('/api/flow_runs/bulk_set_state', body));
          }
          const answers = await sendAll(port, calls, 4);
          return answers.flatMap(({ body }) => JSON.parse(body).results).filter(({ status }) => status === 'ACCEPT')
            .length;
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

async function start(keeper, database) {
  const environment = await installPython('prefect3', PACKAGES);
  const redis = await installRedis(REDIS);
  const home = path.join(ON_DISK, `flowql-bench-${randomUUID()}`);
  keeper.deleteLater(home);
  await mkdir(home);
  const [port, redisPort] = [await freePort(), await freePort()];
  const settings = {
    PREFECT_HOME: home,
    DO_NOT_TRACK: '1',
    PREFECT_SERVER_ANALYTICS_ENABLED: 'false',
    NO_COLOR: '1',
    PREFECT_API_DATABASE_CONNECTION_URL: database.url.replace('postgresql:', 'postgresql+asyncpg:'),
    PREFECT_API_URL: `http://127.0.0.1:${port}/api`,
    PREFECT_MESSAGING_BROKER: 'prefect_redis.messaging',
    PREFECT_MESSAGING_CACHE: 'prefect_redis.messaging',
    PREFECT_SERVER_EVENTS_CAUSAL_ORDERING: 'prefect_redis.ordering',
    PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE: 'prefect_redis.lease_storage',
    PREFECT_REDIS_MESSAGING_HOST: '127.0.0.1',
    PREFECT_REDIS_MESSAGING_PORT: String(redisPort),
    PREFECT_REDIS_MESSAGING_DB: '0',
    PREFECT_SERVER_DOCKET_URL: `redis://127.0.0.1:${redisPort}/1`,
  };
  const prefect = path.join(environment, 'bin', 'prefect');
  const env = { ...process.env, ...settings };
  // Kept after the run, to find out why a server has failed.
  const log = await open(path.join(CACHE, 'prefect3.log'), 'w');
  const options = { env, cwd: home, stdio: ['ignore', log.fd, log.fd] };
  const redisServer = keeper.start(
    redis.command,
    ['--port', `${redisPort}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', home],
    { ...options, env: { ...process.env, ...(redis.libraries && { LD_LIBRARY_PATH: redis.libraries }) } },
  );
  await promisify(execFile)(prefect, ['server', 'database', 'upgrade', '-y'], { env, cwd: home });
  const services = keeper.start(prefect, ['server', 'services', 'start'], options);
  const address = ['--host', '127.0.0.1', '--port', `${port}`];
  const server = keeper.start(
    prefect,
    ['server', 'start', ...address, '--workers', `${WORKERS}`, '--no-services'],
    options,
  );
  await untilReady(server, `http://127.0.0.1:${port}/api/ready`, START_MS);
  await log.close();
  return { port, pids: [server.pid, services.pid, redisServer.pid] };
}

/** Sends the requests over the connections of one worker. */
async function spread(connections, requests) {
  const answers = new Array(requests.length);
  let next = 0;
  const work = async (connection) => {
    while (next < requests.length) {
      const index = next++;
      answers[index] = await connection.request(requests[index]);
    }
  };
  await Promise.all(connections.map(work));
  return answers;
}

const scheduledRuns = (tag, runs, flowId) => `set session_replication_role = replica;
  insert into flow_run (id, name, flow_id, state_type, state_name, state_id, state_timestamp, expected_start_time,
    next_scheduled_start_time, tags, empirical_policy, labels)
  select md5('${tag}-' || n)::uuid, '${tag}-' || n, '${flowId}', 'SCHEDULED', 'Scheduled', md5('${tag}-state-' || n)::uuid,
    now(), '2000-01-01', now() + interval '30 days', '["${tag}"]', '{}', '{}'
  from generate_series(1, ${runs}) as n;
  insert into flow_run_state (id, type, name, timestamp, state_details, flow_run_id)
  select md5('${tag}-state-' || n)::uuid, 'SCHEDULED', 'Scheduled', now() - interval '1 hour', '{}', md5('${tag}-' || n)::uuid
  from generate_series(1, ${runs}) as n;
  set session_replication_role = origin`;
