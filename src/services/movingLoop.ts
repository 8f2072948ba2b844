import type { Engine } from '../actions/writing/engine.ts';
import type { Instant } from '../core/values/instant.ts';
import type { OverdueRun } from '../store/runs/overdueRuns.ts';
import type { Loop } from './loops.ts';

/** Found by one statement. */
const MOST = 2_000;
/** A round goes on with a backlog for so long, and leaves the rest to the next: a server that stops waits for the round. */
const ROUND_MS = 3_000;

/** Runs that wait for a loop, and what becomes of them. */
export interface Overdue {
  find: (engine: Engine, now: Instant, limit: number) => Promise<OverdueRun[]>;
  /** Gives how many were moved. */
  move: (engine: Engine, found: readonly OverdueRun[]) => Promise<number>;
}

/** A loop that looks for runs and moves them, until there are none, or it moves none. Idle, a round is a look each. */
export const movingLoop = (name: string, everyMs: number, kinds: readonly Overdue[]): Loop => ({
  name,
  everyMs,
  async tick(engine, now) {
    const until = Date.now() + ROUND_MS;
    for (const { find, move } of kinds)
      while ((await move(engine, await find(engine, now, MOST))) > 0 && Date.now() < until);
  },
});
