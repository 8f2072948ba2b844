import pg from 'pg';
import type { Api, DeploymentInput } from '../api.ts';
import type { Log } from '../values.ts';
import { clausesIn } from './prefect3Filters.ts';
import type { Prefect3Request } from './prefect3Request.ts';
import { snakeKeys } from './prefect3Values.ts';

interface Named {
  id: string;
  name: string;
}
interface RestLog extends Pick<Log, 'name' | 'level' | 'message' | 'timestamp'> {
  flow_run_id: string | null;
  task_run_id: string | null;
}
interface RestDeployment extends Named {
  global_concurrency_limit: { id: string } | null;
}

/** Flows, deployments, limits, work pools, inputs and logs over REST. */
export const prefect3Surroundings = (call: Prefect3Request, databaseUrl: string) =>
  ({
    async createFlow(flow) {
      return (await call<Named>('POST', 'flows/', flow)).body;
    },
    async createDeployment(deployment) {
      const { body } = await call<RestDeployment>('POST', 'deployments/', deploymentBody(deployment));
      const limitId = body.global_concurrency_limit?.id;
      if (deployment.concurrencyLimit === 0) await call('PATCH', `v2/concurrency_limits/${limitId}`, { limit: 0 });
      return { id: body.id, name: body.name };
    },
    async deploymentActiveSlots(id) {
      const { body } = await call<RestDeployment>('GET', `deployments/${id}`);
      const limit = `v2/concurrency_limits/${body.global_concurrency_limit?.id}`;
      return (await call<{ active_slots: number }>('GET', limit)).body.active_slots;
    },
    async setTagLimit(tag, limit) {
      await call('POST', 'concurrency_limits/', { tag, concurrency_limit: limit });
    },
    async tagActiveSlots(tag) {
      const limit = `v2/concurrency_limits/${encodeURIComponent(`tag:${tag}`)}`;
      return (await call<{ active_slots: number }>('GET', limit)).body.active_slots;
    },
    async createWorkPool({ name }) {
      const pool = (await call<Named & { default_queue_id: string }>('POST', 'work_pools/', { name, type: 'process' }))
        .body;
      const queues = (await call<Named[]>('POST', `work_pools/${name}/queues/filter`, {})).body;
      const queue = queues.find(({ id }) => id === pool.default_queue_id);
      return { id: pool.id, name, defaultQueueId: pool.default_queue_id, defaultQueueName: queue?.name ?? '' };
    },
    async createInput(flowRunId, input) {
      await call('POST', `flow_runs/${flowRunId}/input`, input);
    },
    async readInput(flowRunId, key) {
      return (await call('GET', `flow_runs/${flowRunId}/input/${encodeURIComponent(key)}`)).text;
    },
    async filterInputs(flowRunId, filter) {
      const route = `flow_runs/${flowRunId}/input/filter`;
      return (await call<{ key: string; value: string }[]>('POST', route, snakeKeys(filter))).body;
    },
    async writeLogs(logs) {
      await call('POST', 'logs/', logs.map(snakeKeys));
    },
    async filterLogs({ filter, sort, limit }) {
      const { body } = await call<RestLog[]>('POST', 'logs/filter', { logs: clausesIn(filter), sort, limit });
      return body.map(({ flow_run_id, task_run_id, ...log }) => ({
        ...log,
        flowRunId: flow_run_id,
        taskRunId: task_run_id,
      }));
    },
    async downloadLogs(flowRunId) {
      const { headers, text } = await call('GET', `flow_runs/${flowRunId}/logs/download`);
      return { contentType: `${headers['content-type']}`, disposition: `${headers['content-disposition']}`, text };
    },
    async stripStates(kind, ids) {
      const client = new pg.Client({ connectionString: databaseUrl });
      await client.connect();
      try {
        await client.query(STRIP[kind].run, [ids]);
        await client.query(STRIP[kind].states, [ids]);
      } finally {
        await client.end();
      }
    },
  }) satisfies Partial<Api>;

/** A deployment cannot be created with a limit of 0, only changed to it. */
const deploymentBody = ({ flowId, name, tags, concurrencyLimit, collisionStrategy }: DeploymentInput) => ({
  flow_id: flowId,
  name,
  tags,
  paused: false,
  enforce_parameter_schema: false,
  parameter_openapi_schema: {},
  ...(concurrencyLimit !== undefined && { concurrency_limit: Math.max(concurrencyLimit, 1) }),
  ...(collisionStrategy && { concurrency_options: { collision_strategy: collisionStrategy } }),
});

const NO_STATE = `state_id = null, state_type = null, state_name = null, state_timestamp = null,
  expected_start_time = null, next_scheduled_start_time = null, start_time = null, end_time = null, run_count = 0`;
const STRIP = {
  flow_run: {
    run: `update flow_run set ${NO_STATE} where id = any($1::uuid[])`,
    states: 'delete from flow_run_state where flow_run_id = any($1::uuid[])',
  },
  task_run: {
    run: `update task_run set ${NO_STATE} where id = any($1::uuid[])`,
    states: 'delete from task_run_state where task_run_id = any($1::uuid[])',
  },
};
