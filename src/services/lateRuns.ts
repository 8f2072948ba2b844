import { moveOverdueFlowRuns } from '../actions/writing/moveOverdueRuns.ts';
import { lateState } from '../core/rules/overdueStates.ts';
import { addSeconds } from '../core/values/instant.ts';
import { lateFlowRuns } from '../store/runs/overdueRuns.ts';
import { movingLoop } from './movingLoop.ts';

/** Marks native flow runs as late that no worker has picked up `lateAfterSeconds` after they were due. */
export const lateRuns = (everySeconds: number, lateAfterSeconds: number) =>
  movingLoop('lateRuns', everySeconds * 1000, [
    {
      find: ({ database }, now, limit) => lateFlowRuns(database, addSeconds(now, -lateAfterSeconds), limit),
      move: (engine, found) => moveOverdueFlowRuns(engine, found, ({ run }) => lateState(run)),
    },
  ]);
