import { type Statement, statement } from '../connection/database.ts';
import { arrayParameters, arrayValues, namesOf, type WrittenColumn } from '../query/writtenColumns.ts';

/**
 * A CTE `taken` that takes the next numbers of runs; `last` is the last number of each run. The counters stay locked until
 * the transaction ends, so that numbers are contiguous and become visible in their order: a reader that has seen number n
 * has seen all numbers before it.
 * @param takers selects the runs and how many numbers each takes
 */
export const takenNumbers = (column: 'logs' | 'task_run_states', takers: string) =>
  `taken as (
     insert into run_counter as c (run_id, ${column}) ${takers}
     on conflict (run_id) do update set ${column} = c.${column} + excluded.${column}
     returning c.run_id, c.${column} as last
   )`;

interface Numbered {
  table: string;
  columns: readonly WrittenColumn<never>[];
  counter: Parameters<typeof takenNumbers>[0];
  /** The column that gets the number. */
  number: string;
  /** The column of the run that numbers the row. If it is null, the number is null, too. */
  run: string;
  /** Columns to return. */
  returning?: string;
}

/** The statement that inserts rows and numbers them in their order; `numberedValues` are its values. */
export function numberedInsert(name: string, { table, columns, counter, number, run, returning }: Numbered): Statement {
  const [behind, runIds, counts] = [1, 2, 3].map((place) => `$${columns.length + place}`);
  return statement(
    name,
    `with ${takenNumbers(counter, `select * from unnest(${runIds}::uuid[], ${counts}::int8[])`)}
     insert into ${table} (${namesOf(columns)}, ${number})
     select ${columns.map((column) => `u.${column.name}`).join(', ')}, last - behind
     from unnest(${arrayParameters(columns, 1)}, ${behind}::int8[]) as u(${namesOf(columns)}, behind)
     left join taken on taken.run_id = u.${run}
     ${returning ? `returning ${returning}` : ''}`,
  );
}

/** @param runs the run that numbers each row; a row without one gets no number */
export function numberedValues<Row>(
  columns: readonly WrittenColumn<Row>[],
  rows: readonly Row[],
  runs: readonly (string | null)[],
): unknown[] {
  const counts = new Map<string, number>();
  // How many rows of the same run come after each row: its number is the run's last number less those.
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
  return [...arrayValues(columns, rows), behind, runIds, runIds.map((id) => counts.get(id) ?? 0)];
}
