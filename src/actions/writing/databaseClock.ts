import type { Instant } from '../../core/values/instant.ts';
import type { Queryable } from '../../store/connection/database.ts';
import { readClock } from '../../store/runs/readClock.ts';

/** Clocks of two machines differ by a few milliseconds after this time. */
const KNOWN_MS = 60_000;
/** The answer with the shortest way counts, among those of this time. */
const BEST_MS = 1_000;

/**
 * The database's clock, which all processes share, without a read: the time in the last answer of the database, and the time
 * since. It is behind by the way of that answer, and never ahead. Use it only in a statement that checks it (`onTime`).
 */
export class DatabaseClock {
  private known: { now: Instant; at: number } | null = null;

  async read(database: Queryable): Promise<Instant> {
    const { known } = this;
    if (known && performance.now() - known.at < KNOWN_MS) return sinceKnown(known);
    const now = await readClock(database);
    this.learn(now);
    return now;
  }

  /** Learns the time from an answer of the database that has just arrived. */
  learn(now: Instant): void {
    const at = performance.now();
    const { known } = this;
    const isBehind = known !== null && at - known.at < BEST_MS && sinceKnown(known) > now;
    if (!isBehind) this.known = { now, at };
  }

  /** After the database found the time to be wrong. */
  forget(): void {
    this.known = null;
  }
}

const sinceKnown = ({ now, at }: { now: Instant; at: number }) => now + Math.round((performance.now() - at) * 1000);
