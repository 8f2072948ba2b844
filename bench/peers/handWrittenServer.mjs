// Runs as a separate process. Each path is one prepared statement, whose result is the response.
import { createServer } from 'node:http';
import pg from 'pg';
import { v7 } from 'uuid';
import { columnsOf } from './data.mjs';
import { INSERT_LOGS } from './insertLogs.mjs';

const { DATABASE_URL, PORT } = process.env;
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 10 });
pool.on('error', () => {});

const PAGE = {
  name: 'page',
  text: `select coalesce(json_agg(page order by page."startTime" desc, page.id desc), '[]')::text as body from (
    select run.id, run.name, run.state_type as "stateType", run.state_name as "stateName", run.start_time as "startTime",
      run.end_time as "endTime", run.total_run_seconds as "totalRunSeconds", run.tags,
      json_build_object('id', flow.id, 'name', flow.name) as flow,
      (select count(*)::int from task_run where task_run.flow_run_id = run.id) as "taskRuns",
      (select json_agg(json_build_object('id', s.id, 'version', s.version, 'type', s.type, 'name', s.name,
          'message', s.message, 'timestamp', s.timestamp) order by s.version desc)
        from (select * from flow_run_state s where s.flow_run_id = run.id order by s.version desc limit 5) s) as states
    from (select * from flow_run where (start_time, id) < ($1::timestamptz, $2::uuid)
      order by start_time desc, id desc limit 20) as run
    join flow on flow.id = run.flow_id) as page`,
};
const RUN = {
  name: 'run',
  text: `select row_to_json(found)::text as body from (
    select run.id, run.name, run.state_type as "stateType", run.state_name as "stateName",
      run.state_timestamp as "stateTimestamp", run.version, run.start_time as "startTime", run.end_time as "endTime",
      run.run_count as "runCount", run.total_run_seconds as "totalRunSeconds", run.tags, run.parameters,
      json_build_object('id', flow.id, 'name', flow.name) as flow
    from flow_run as run join flow on flow.id = run.flow_id where run.id = $1) as found`,
};
const SET_STATE = {
  name: 'setState',
  text: `with run as (select id, version, state_timestamp from flow_run where id = $1::uuid for update),
  state as (
    insert into flow_run_state (id, flow_run_id, version, type, name)
    select gen_random_uuid(), id, version + 1, $2::state_type, $3::text from run returning id, version, timestamp
  )
  update flow_run set state_type = $2::state_type, state_name = $3::text, state_timestamp = state.timestamp,
    version = state.version, updated = state.timestamp, run_count = run_count + 1,
    total_run_seconds = total_run_seconds + extract(epoch from state.timestamp - run.state_timestamp)
  from state, run where flow_run.id = run.id
  returning json_build_object('verdict', 'ACCEPT', 'version', flow_run.version, 'state', json_build_object('id', state.id,
    'type', flow_run.state_type, 'name', flow_run.state_name, 'timestamp', state.timestamp))::text as body`,
};
const CREATE_FLOW_RUN = {
  name: 'createFlowRun',
  text: `with run as (
    insert into flow_run (id, flow_id, name, parameters, tags, state_type, state_name, state_timestamp, version,
      expected_start_time, idempotency_key)
    values ($1, $2, $3, $4, $5, 'PENDING', 'Pending', now(), 1, now(), $6) returning *
  ), state as (
    insert into flow_run_state (id, flow_run_id, version, type, name)
    select gen_random_uuid(), id, 1, 'PENDING', 'Pending' from run
  )
  select row_to_json(run)::text as body from run`,
};
const CREATE_TASK_RUN = {
  name: 'createTaskRun',
  text: `with run as (
    insert into task_run (id, flow_run_id, task_key, dynamic_key, name, state_type, state_name, state_timestamp, version)
    values ($1, $2, $3, $4, $5, 'PENDING', 'Pending', now(), 1)
    on conflict (flow_run_id, task_key, dynamic_key) do nothing returning *
  ), state as (
    insert into task_run_state (id, task_run_id, version, type, name)
    select gen_random_uuid(), id, 1, 'PENDING', 'Pending' from run
  )
  select row_to_json(run)::text as body from run`,
};
const BEFORE_ALL = ['infinity', 'ffffffff-ffff-ffff-ffff-ffffffffffff'];

const read = async (statement, values) => (await pool.query(statement, values)).rows[0].body;
const handlers = {
  page: (argument) => read(PAGE, argument?.split(',') ?? BEFORE_ALL),
  run: (id) => read(RUN, [id]),
  setState: (id, { type, name }) => read(SET_STATE, [id, type, name]),
  createFlowRun: (_, { flowId, name, parameters, tags, idempotencyKey }) =>
    read(CREATE_FLOW_RUN, [v7(), flowId, name, JSON.stringify(parameters), tags, idempotencyKey]),
  createTaskRun: (_, { flowRunId, taskKey, dynamicKey, name }) =>
    read(CREATE_TASK_RUN, [v7(), flowRunId, taskKey, dynamicKey, name]),
  writeLogs: async (_, lines) => `{"written":${(await pool.query(INSERT_LOGS, columnsOf(lines))).rowCount}}`,
};

const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', async () => {
    const [, name, argument] = request.url.split('/');
    const answer = async () => {
      const body = chunks.length > 0 ? JSON.parse(Buffer.concat(chunks)) : null;
      return { status: 200, text: await handlers[name](argument && decodeURIComponent(argument), body) };
    };
    const { status, text } = await answer().catch(({ message }) => ({ status: 500, text: message }));
    const head = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
    response.writeHead(status, head).end(text);
  });
});
server.listen(Number(PORT), '127.0.0.1');
