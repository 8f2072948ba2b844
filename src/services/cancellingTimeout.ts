import { moveOverdueFlowRuns } from '../actions/writing/moveOverdueRuns.ts';
import { timedOutCancellationState } from '../core/rules/overdueStates.ts';
import { addSeconds } from '../core/values/instant.ts';
import { cancellingSince } from '../store/runs/overdueRuns.ts';
import { movingLoop } from './movingLoop.ts';

/** The maximum delay after the timeout. An idle round is one index lookup. */
const EVERY_MS = 5_000;

/** Ends native flow runs that have been CANCELLING for `afterSeconds`: no process is there to cancel them. */
export const cancellingTimeout = (afterSeconds: number) =>
  movingLoop('cancellingTimeout', EVERY_MS, [
    {
      find: ({ database }, now, limit) => cancellingSince(database, addSeconds(now, -afterSeconds), limit),
      move: (engine, found) => moveOverdueFlowRuns(engine, found, timedOutCancellationState),
    },
  ]);
