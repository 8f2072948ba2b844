import { moveOverdueFlowRuns } from '../actions/writing/moveOverdueRuns.ts';
import { expiredPauseState } from '../core/rules/overdueStates.ts';
import { expiredPauses } from '../store/runs/overdueRuns.ts';
import { movingLoop } from './movingLoop.ts';

/** Fails native flow runs that were not resumed before their pause timed out. */
export const pauseExpirations = (everySeconds: number) =>
  movingLoop('pauseExpirations', everySeconds * 1000, [
    {
      find: ({ database }, now, limit) => expiredPauses(database, now, limit),
      move: (engine, found) => moveOverdueFlowRuns(engine, found, expiredPauseState),
    },
  ]);
