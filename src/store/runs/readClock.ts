import type { Instant } from '../../core/values/instant.ts';
import { type Queryable, statement } from '../connection/database.ts';

const CLOCK = statement('clock', 'select clock_timestamp() as now');

/** Reads the database's clock, which all server processes share. */
export async function readClock(transaction: Queryable): Promise<Instant> {
  const [row] = await transaction.query<{ now: Instant }>(CLOCK);
  if (!row) throw new Error('the database has no clock');
  return row.now;
}

/**
 * The condition that a time, by which something was decided, is the database's time. It is not if the process was suspended
 * after it decided, or if a clock was set. A time that is null was read in the same transaction.
 */
export const onTime = (decidedAt: string): string =>
  `(${decidedAt}::timestamptz is null or ${decidedAt}::timestamptz between
    clock_timestamp() - interval '1 second' and clock_timestamp() + interval '1 second')`;
