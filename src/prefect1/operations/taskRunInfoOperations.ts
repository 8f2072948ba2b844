import { Problem } from '../../core/values/problem.ts';
import { visibleTenant } from '../../core/values/viewer.ts';
import { taskRunInfo } from '../../store/prefect1Runs/taskRunInfo.ts';
import type { Prefect1Operations } from './prefect1Context.ts';
import { text } from './readInput.ts';

/** The two queries about task runs that are not reads of a table. */
export const taskRunInfoOperations: Prefect1Operations = {
  async mapped_children({ loaders, viewer }, input) {
    const children = await loaders.prefect1.mappedChildren(visibleTenant(viewer), text(input, 'task_run_id'));
    return {
      min_start_time: children.minStartTime,
      max_end_time: children.maxEndTime,
      state_counts: children.stateCounts,
    };
  },

  async get_task_run_info({ engine, viewer }, input) {
    const info = await taskRunInfo(engine.database, visibleTenant(viewer), text(input, 'task_run_id'));
    if (!info) throw new Problem('NOT_FOUND', 'Invalid task run ID');
    const { id, version, state, serializedState } = info;
    return { id, version, state, serialized_state: serializedState };
  },
};
