import { cancelPrefect1FlowRun } from '../../actions/prefect1Runs/cancelPrefect1FlowRun.ts';
import { setPrefect1FlowRunStates } from '../../actions/prefect1Runs/setPrefect1FlowRunStates.ts';
import { setPrefect1TaskRunStates } from '../../actions/prefect1Runs/setPrefect1TaskRunStates.ts';
import { isUuid } from '../../core/values/uuid.ts';
import type { Prefect1Operations } from './prefect1Context.ts';
import { inputs, json, text } from './readInput.ts';

const written = (ids: readonly string[]) => ({ states: ids.map((id) => ({ id, status: 'SUCCESS', message: null })) });

/** States of flow runs and task runs. Ignores the versions that clients send, like Prefect 1's server. */
export const stateOperations: Prefect1Operations = {
  set_flow_run_states: async ({ engine, viewer, headers }, input) => {
    const agentId = headers.agentId !== null && isUuid(headers.agentId) ? headers.agentId : null;
    const states = inputs(input, 'states').map((one) => ({
      flowRunId: text(one, 'flow_run_id'),
      state: json(one, 'state'),
      agentId,
    }));
    await setPrefect1FlowRunStates(engine, viewer, states);
    return written(states.map(({ flowRunId }) => flowRunId));
  },

  set_task_run_states: async ({ engine, viewer }, input) => {
    const states = inputs(input, 'states').map((one) => ({
      taskRunId: text(one, 'task_run_id'),
      state: json(one, 'state'),
    }));
    await setPrefect1TaskRunStates(engine, viewer, states);
    return written(states.map(({ taskRunId }) => taskRunId));
  },

  cancel_flow_run: async ({ engine, viewer }, input) => ({
    state: await cancelPrefect1FlowRun(engine, viewer, { flowRunId: text(input, 'flow_run_id') }),
  }),
};
