import { type Queryable, statement } from './database.ts';

const COUNT = (column: 'logs' | 'task_run_states') =>
  statement(
    `runCounters.${column}`,
    `insert into run_counter as c (run_id, ${column}) select * from unnest($1::uuid[], $2::int8[])
     on conflict (run_id) do update set ${column} = c.${column} + excluded.${column}
     returning c.run_id as "runId", c.${column} as last`,
  );
const STATEMENTS = { logs: COUNT('logs'), taskRunStates: COUNT('task_run_states') } as const;

/**
 * Gives out the next numbers of runs: `take.get(run)` many of each, and the map says the first of them. The counters stay
 * locked until the transaction ends, so numbers are contiguous and appear in the order of their commits; whoever has read
 * number n has seen all before it.
 */
export async function takeNumbers(
  transaction: Queryable,
  counter: keyof typeof STATEMENTS,
  take: ReadonlyMap<string, number>,
): Promise<Map<string, number>> {
  const ids = [...take.keys()].sort();
  const rows = await transaction.query<{ runId: string; last: number }>(STATEMENTS[counter], [
    ids,
    ids.map((id) => take.get(id)),
  ]);
  return new Map(rows.map(({ runId, last }) => [runId, last - (take.get(runId) ?? 0) + 1]));
}

/** Hands out the numbers that were taken, one by one, run by run. */
export function numberer(first: ReadonlyMap<string, number>): (runId: string) => number {
  const next = new Map(first);
  return (runId) => {
    const number = next.get(runId);
    if (number === undefined) throw new Error(`no numbers were taken for run ${runId}`);
    next.set(runId, number + 1);
    return number;
  };
}

/** How often each id stands in a list. */
export function countEach(ids: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}
