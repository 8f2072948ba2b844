import { moveOverdueFlowRuns } from '../actions/writing/moveOverdueRuns.ts';
import { timedOutCancellationState } from '../core/rules/overdue.ts';
import { addSeconds } from '../core/values/instant.ts';
import { cancellingSince } from '../store/runs/overdueRuns.ts';
import { movingLoop } from './movingLoop.ts';

/** How long after its time, at most, a run is ended. Idle, a round is one look into an index. */
const EVERY_MS = 5_000;

/** Ends native flow runs that have been in one CANCELLING state for so many seconds: nobody is there to cancel them. */
export const cancellingTimeout = (afterSeconds: number) =>
  movingLoop('cancellingTimeout', EVERY_MS, [
    {
      find: ({ database }, now, limit) => cancellingSince(database, addSeconds(now, -afterSeconds), limit),
      move: (engine, found) => moveOverdueFlowRuns(engine, found, timedOutCancellationState),
    },
  ]);
