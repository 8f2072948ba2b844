import type { Engine } from '../actions/writing/engine.ts';
import type { Instant } from '../core/values/instant.ts';
import type { OverdueRun } from '../store/runs/overdueRuns.ts';
import type { Loop } from './loops.ts';

/** The maximum number of runs per statement. */
const MOST = 2_000;
/** The maximum length of a round; the next one continues. A server that stops waits for the round to end. */
const ROUND_MS = 3_000;

/** How to find overdue runs, and how to move them. */
export interface Overdue {
  find: (engine: Engine, now: Instant, limit: number) => Promise<OverdueRun[]>;
  /** Returns how many runs were moved. */
  move: (engine: Engine, found: readonly OverdueRun[]) => Promise<number>;
}

/** A loop that finds runs and moves them until it moves none. An idle round is one lookup for each kind of run. */
export const movingLoop = (name: string, everyMs: number, kinds: readonly Overdue[]): Loop => ({
  name,
  everyMs,
  async tick(engine, now) {
    const until = Date.now() + ROUND_MS;
    for (const { find, move } of kinds)
      while ((await move(engine, await find(engine, now, MOST))) > 0 && Date.now() < until);
  },
});
