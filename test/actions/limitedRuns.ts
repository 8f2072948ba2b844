import {
  type ConcurrencyOptions,
  setDeploymentConcurrencyLimit,
} from '../../src/actions/concurrency/setDeploymentConcurrencyLimit.ts';
import { createFlow } from '../../src/actions/deployments/createFlow.ts';
import { createFlowRun } from '../../src/actions/flowRuns/createFlowRun.ts';
import { setFlowRunState } from '../../src/actions/flowRuns/setFlowRunState.ts';
import { createTaskRun } from '../../src/actions/taskRuns/createTaskRun.ts';
import { setTaskRunState } from '../../src/actions/taskRuns/setTaskRunState.ts';
import { newId } from '../../src/actions/writing/newId.ts';
import type { StateRequest, StateType } from '../../src/core/runs/state.ts';
import { statement } from '../../src/store/connection/database.ts';
import { type TestEngine, viewer } from '../support/engine.ts';
import { statementsOf } from '../support/statementsOf.ts';

const INSERT_DEPLOYMENT = statement(
  'test.deployment',
  'insert into deployment (id, tenant_id, flow_id, name) values ($1, $2, $3, $4)',
);
const SLOTS = statement(
  'test.slots',
  'select coalesce(flow_run_id, task_run_id) as "runId", id from concurrency_slot order by id',
);
const LAPSE = statement('test.lapse', "update concurrency_slot set expires = now() - interval '1 second'");

const CLEAR = statement('test.clear', 'delete from concurrency_limit');

/** Runs with concurrency limits, on the engine of a test. */
export async function limitedRuns({ engine, test }: TestEngine) {
  const { flow } = await createFlow(engine, viewer, { name: `flow ${newId()}` });

  return {
    async deployment(options: ConcurrencyOptions): Promise<string> {
      const id = newId();
      await test.database.query(INSERT_DEPLOYMENT, [id, viewer.tenantId, flow.id, id]);
      await setDeploymentConcurrencyLimit(engine, viewer, { deploymentId: id, ...options });
      return id;
    },
    async flowRun(
      deploymentId: string | null,
      state: StateRequest = { type: 'SCHEDULED' },
      policy = {},
    ): Promise<string> {
      return (await createFlowRun(engine, viewer, { flowId: flow.id, deploymentId, state, policy })).flowRun.id;
    },
    async taskRun(tags: string[], state: StateRequest = { type: 'PENDING' }): Promise<string> {
      const run = { taskKey: 'task', dynamicKey: newId(), tags, state };
      return (await createTaskRun(engine, viewer, run)).taskRun.id;
    },
    set: (flowRunId: string, state: StateType | StateRequest, force = false) =>
      setFlowRunState(engine, viewer, { flowRunId, state: typeof state === 'string' ? { type: state } : state, force }),
    setTask: (taskRunId: string, type: StateType, force = false) =>
      setTaskRunState(engine, viewer, { taskRunId, state: { type }, force }),
    /** The runs that hold slots. */
    holders: async () => (await test.database.query<{ runId: string }>(SLOTS)).map(({ runId }) => runId),
    leases: async () => (await test.database.query<{ id: string }>(SLOTS)).map(({ id }) => id),
    /** Deletes all limits. */
    clear: () => test.database.query(CLEAR),
    statementsOf: (work: () => Promise<unknown>) => statementsOf(test.database, work),
    /** Lets all leases expire. */
    lapse: () => test.database.query(LAPSE),
  };
}
