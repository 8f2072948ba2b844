import type { CurrentState } from '../../core/runs/move.ts';
import type { Json } from '../../core/values/jsonObject.ts';
import type { Queryable, Statement } from '../connection/database.ts';
import { currentStateFromRow } from './runRows.ts';

/** The first statement locks runs; the second reads what belongs to them (limitedRuns.ts). */
export interface LockStatements {
  lock: Statement;
  second: Statement;
}

/** Locks runs in the order of their ids, and reads them with what belongs to them, in one round trip. */
export async function lockRuns<
  Row extends Parameters<typeof currentStateFromRow>[0],
  Second extends { id: string; data: Json },
>(
  transaction: Queryable,
  { lock, second }: LockStatements,
  ids: readonly string[],
): Promise<{ row: Row; state: CurrentState; second: Second | null }[]> {
  const [rows, seconds] = await Promise.all([
    transaction.query<Row>(lock, [ids]),
    transaction.query<Second>(second, [ids]),
  ]);
  const secondOf = new Map(seconds.map((row) => [row.id, row]));
  return rows.map((row) => {
    const found = secondOf.get(row.id) ?? null;
    return { row, state: currentStateFromRow(row, found?.data), second: found };
  });
}
