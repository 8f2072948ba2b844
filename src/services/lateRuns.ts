import { moveFoundFlowRuns } from '../actions/moveFoundRuns.ts';
import { addSeconds } from '../core/instant.ts';
import { lateState } from '../core/overdue.ts';
import { lateFlowRuns } from '../store/overdueRuns.ts';
import { movingLoop } from './movingLoop.ts';

/** Marks native flow runs as late that nobody has taken so many seconds after they were due. */
export const lateRuns = (everySeconds: number, lateAfterSeconds: number) =>
  movingLoop('lateRuns', everySeconds * 1000, [
    {
      find: ({ database }, now, limit) => lateFlowRuns(database, addSeconds(now, -lateAfterSeconds), limit),
      move: (engine, found) => moveFoundFlowRuns(engine, found, ({ run }) => lateState(run)),
    },
  ]);
