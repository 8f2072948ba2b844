import { randomUUID } from 'node:crypto';
import { DEFAULT_TENANT_ID } from '../../src/core/values/viewer.ts';
import { type Queryable, statement } from '../../src/store/connection/database.ts';
import type { Topic } from '../../src/streams/wakeUps/topic.ts';

export interface WatchedRun {
  flowRunId: string;
  /** A task run of the flow run. */
  taskRunId: string;
}

const FLOW = statement('test.flow', 'insert into flow (id, tenant_id, name) values ($1::uuid, $2, $1::uuid::text)');
const FLOW_RUN = statement(
  'test.flowRun',
  `with run as (
     insert into flow_run (id, tenant_id, flow_id, name, version, state_id, state_type, state_name, state_timestamp)
     values ($1, $2, $3, 'watched', 1, gen_random_uuid(), 'PENDING', 'Pending', now()) returning *)
   insert into flow_run_state (id, flow_run_id, version, type, name, timestamp)
   select state_id, id, version, state_type, state_name, state_timestamp from run`,
);
const TASK_RUN = statement(
  'test.taskRun',
  `with run as (
     insert into task_run (id, tenant_id, flow_run_id, task_key, dynamic_key, name, version, state_id, state_type,
       state_name, state_timestamp)
     values ($1::uuid, $2, $3, 'task', $1::uuid::text, 'watched', 1, gen_random_uuid(), 'PENDING', 'Pending', now()) returning *),
   counted as (
     insert into run_counter as c (run_id, task_run_states) select flow_run_id, 1 from run
     on conflict (run_id) do update set task_run_states = c.task_run_states + 1 returning task_run_states as last)
   insert into task_run_state (id, task_run_id, flow_run_id, version, position, type, name, timestamp)
   select state_id, id, flow_run_id, version, last, state_type, state_name, state_timestamp from run, counted`,
);

/** Creates a flow run and a task run, each in its first state and without log lines. */
export async function createRun(database: Queryable): Promise<WatchedRun> {
  const [flowId, flowRunId] = [randomUUID(), randomUUID()];
  await database.query(FLOW, [flowId, DEFAULT_TENANT_ID]);
  await database.query(FLOW_RUN, [flowRunId, DEFAULT_TENANT_ID, flowId]);
  return { flowRunId, taskRunId: await createTaskRun(database, flowRunId) };
}

export async function createTaskRun(database: Queryable, flowRunId: string): Promise<string> {
  const taskRunId = randomUUID();
  await database.query(TASK_RUN, [taskRunId, DEFAULT_TENANT_ID, flowRunId]);
  return taskRunId;
}

// The writers take their numbers under the lock of the counting row, as the server does.

const FLOW_RUN_STATES = statement(
  'test.flowRunStates',
  `with moved as (update flow_run set version = version + $2::int where id = $1 returning version)
   insert into flow_run_state (id, flow_run_id, version, type, name, timestamp)
   select gen_random_uuid(), $1, version - $2 + n, 'RUNNING', 'Running', now() from moved, generate_series(1, $2) as n`,
);
const TASK_RUN_STATES = statement(
  'test.taskRunStates',
  `with moved as (update task_run set version = version + $2::int where id = $1 returning version, flow_run_id),
   counted as (
     insert into run_counter as c (run_id, task_run_states) select flow_run_id, $2 from moved
     on conflict (run_id) do update set task_run_states = c.task_run_states + excluded.task_run_states
     returning task_run_states as last)
   insert into task_run_state (id, task_run_id, flow_run_id, version, position, type, name, timestamp)
   select gen_random_uuid(), $1, flow_run_id, version - $2 + n, last - $2 + n, 'RUNNING', 'Running', now()
   from moved, counted, generate_series(1, $2) as n`,
);
const LOGS = statement(
  'test.logs',
  `with counted as (
     insert into run_counter as c (run_id, logs) values ($1, $3::int)
     on conflict (run_id) do update set logs = c.logs + excluded.logs returning logs as last)
   insert into log (id, tenant_id, run_id, flow_run_id, task_run_id, number, timestamp, level, name, message)
   select gen_random_uuid(), $4, $1, $1, $2, last - $3 + n, now(), 20, 'test', 'line ' || last - $3 + n
   from counted, generate_series(1, $3) as n`,
);

/** Writers of more events for each kind of stream. */
export const WRITERS = {
  flowRunStates: ({ flowRunId }, count, database) => database.query(FLOW_RUN_STATES, [flowRunId, count]),
  taskRunStates: ({ taskRunId }, count, database) => database.query(TASK_RUN_STATES, [taskRunId, count]),
  flowRunTaskRunStates: ({ taskRunId }, count, database) => database.query(TASK_RUN_STATES, [taskRunId, count]),
  flowRunLogs: ({ flowRunId }, count, database) => database.query(LOGS, [flowRunId, null, count, DEFAULT_TENANT_ID]),
  taskRunLogs: ({ flowRunId, taskRunId }, count, database) =>
    database.query(LOGS, [flowRunId, taskRunId, count, DEFAULT_TENANT_ID]),
} as const satisfies {
  [kind: string]: (run: WatchedRun, count: number, database: Queryable) => Promise<unknown>;
};

export type Kind = keyof typeof WRITERS;
export const KINDS = Object.keys(WRITERS) as Kind[];

export const topicOf = <Name extends Kind>(kind: Name, { flowRunId, taskRunId }: WatchedRun): Topic<Name> =>
  `${kind}:${kind.startsWith('flowRun') ? flowRunId : taskRunId}`;
