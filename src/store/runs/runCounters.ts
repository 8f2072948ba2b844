/**
 * Gives out the next numbers of runs while rows are inserted: a CTE `taken` with the last number of each run in `last`. The
 * counters stay locked until the transaction ends, so numbers are contiguous and appear in the order of their commits;
 * whoever has read number n has seen all before it.
 * @param takers selects the runs and how many numbers each takes
 */
export const takenNumbers = (column: 'logs' | 'task_run_states', takers: string) =>
  `taken as (
     insert into run_counter as c (run_id, ${column}) ${takers}
     on conflict (run_id) do update set ${column} = c.${column} + excluded.${column}
     returning c.run_id, c.${column} as last
   )`;

/** The runs that take numbers, how many each, and how many rows of its run come after each row: its number is `last` less those. */
export interface Places {
  runIds: string[];
  counts: number[];
  behind: number[];
}

/** @param runs of each row the run that numbers it; a row of no run gets no number */
export function placesBehind(runs: readonly (string | null)[]): Places {
  const counts = new Map<string, number>();
  const behind = runs.map(() => 0);
  for (let row = runs.length - 1; row >= 0; row--) {
    const run = runs[row] ?? null;
    if (run === null) continue;
    const later = counts.get(run) ?? 0;
    behind[row] = later;
    counts.set(run, later + 1);
  }
  // In the order of their ids, as all locks are taken.
  const runIds = [...counts.keys()].sort();
  return { runIds, counts: runIds.map((id) => counts.get(id) ?? 0), behind };
}
