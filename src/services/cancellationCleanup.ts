import { moveOverdueFlowRuns, moveOverdueTaskRuns } from '../actions/writing/moveOverdueRuns.ts';
import { orphanedSubflowState, orphanedTaskRunState } from '../core/rules/overdue.ts';
import { addSeconds } from '../core/values/instant.ts';
import { subflowsOfCancelled, taskRunsOfCancelled } from '../store/runs/overdueRuns.ts';
import { movingLoop } from './movingLoop.ts';

/** A run that was cancelled keeps being looked at for so long: its process may not have heard, and begin new task runs. */
const LOOKED_AT_SECONDS = 24 * 3600;

/**
 * Cancels what cancelled native flow runs have left: subflows, and task runs that have not ended. Subflows come first, level
 * by level, so that what they leave is found in the same round.
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
