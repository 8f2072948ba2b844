import type { Instant } from '../../core/values/instant.ts';
import { type Queryable, statement } from '../connection/database.ts';

const CLOCK = statement('clock', 'select clock_timestamp() as now');

/** Reads the database's clock, which all server processes share. */
export async function readClock(transaction: Queryable): Promise<Instant> {
  const [row] = await transaction.query<{ now: Instant }>(CLOCK);
  if (!row) throw new Error('the database has no clock');
  return row.now;
}
