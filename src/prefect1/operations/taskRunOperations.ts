import { getOrCreateTaskRun } from '../../actions/prefect1Runs/getOrCreateTaskRun.ts';
import { Problem } from '../../core/values/problem.ts';
import { visibleTenant } from '../../core/values/viewer.ts';
import { nameTaskRun, noteHeartbeat } from '../../store/prefect1Runs/prefect1Runs.ts';
import { givenName } from './flowRunOperations.ts';
import type { Prefect1Operations } from './prefect1Context.ts';
import { optionalInteger, type Prefect1Input, text } from './readInput.ts';

const asked = (input: Prefect1Input) => ({
  flowRunId: text(input, 'flow_run_id'),
  taskId: text(input, 'task_id'),
  mapIndex: optionalInteger(input, 'map_index'),
});

/** Task runs: get or create, rename, heartbeats. */
export const taskRunOperations: Prefect1Operations = {
  get_or_create_task_run: async ({ engine, viewer }, input) => {
    try {
      const { id } = await getOrCreateTaskRun(engine, viewer, asked(input));
      return { id };
    } catch (error) {
      throw error instanceof Problem ? new Problem(error.code, 'Invalid ID') : error;
    }
  },

  get_or_create_task_run_info: async ({ engine, viewer }, input) => {
    const { id, version, state, serializedState } = await getOrCreateTaskRun(engine, viewer, asked(input));
    return { id, version, state, serialized_state: serializedState };
  },

  set_task_run_name: async ({ engine, viewer }, input) => ({
    success: await nameTaskRun(engine.database, visibleTenant(viewer), text(input, 'task_run_id'), givenName(input)),
  }),

  update_task_run_heartbeat: async ({ engine, viewer }, input) => {
    await noteHeartbeat(engine.database, 'taskRun', visibleTenant(viewer), text(input, 'task_run_id'));
    return { success: true };
  },
};
