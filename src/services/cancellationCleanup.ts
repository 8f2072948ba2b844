import { moveOverdueFlowRuns, moveOverdueTaskRuns } from '../actions/writing/moveOverdueRuns.ts';
import { orphanedSubflowState, orphanedTaskRunState } from '../core/rules/overdueStates.ts';
import { addSeconds } from '../core/values/instant.ts';
import { subflowsOfCancelled, taskRunsOfCancelled } from '../store/runs/overdueRuns.ts';
import { movingLoop } from './movingLoop.ts';

/** How long to check a cancelled run: its process may not know yet, and may start more task runs. */
const LOOKED_AT_SECONDS = 24 * 3600;

/**
 * Cancels the subflows and unfinished task runs of cancelled native flow runs. Subflows come first, level by level, so
 * that the same round finds their task runs.
 */
export const cancellationCleanup = (everySeconds: number) =>
  movingLoop('cancellationCleanup', everySeconds * 1000, [
    {
      find: ({ database }, _, limit) => subflowsOfCancelled(database, limit),
      move: (engine, found) => moveOverdueFlowRuns(engine, found, ({ run }) => orphanedSubflowState(run)),
    },
    {
      find: ({ database }, now, limit) => taskRunsOfCancelled(database, addSeconds(now, -LOOKED_AT_SECONDS), limit),
      move: (engine, found) => moveOverdueTaskRuns(engine, found, orphanedTaskRunState),
    },
  ]);
